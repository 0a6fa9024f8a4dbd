"""Tests of `relay.web.recording`."""
