"""Tests of `relay.kept`."""
