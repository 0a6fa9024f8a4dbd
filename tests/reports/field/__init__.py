"""Tests of `relay.reports`."""
