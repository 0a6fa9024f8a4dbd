"""Tests of `relay.access`."""
