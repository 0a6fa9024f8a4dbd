"""Tests of `relay.countries`."""
