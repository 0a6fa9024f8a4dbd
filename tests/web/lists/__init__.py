"""Tests of `relay.web.lists`."""
