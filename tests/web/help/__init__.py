"""Tests of `relay.web.help`."""
