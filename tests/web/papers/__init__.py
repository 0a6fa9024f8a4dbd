"""Tests of `relay.web.papers`."""
