"""Tests of `relay.web.request`."""
