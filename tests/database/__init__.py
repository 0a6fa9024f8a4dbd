"""Tests of `relay.database`."""
