"""Tests of `relay.domain`."""
