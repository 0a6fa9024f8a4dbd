"""Tests of `relay.cached`."""
