"""Tests of `relay.published`."""
