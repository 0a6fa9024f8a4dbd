"""Tests of `relay.arrays`."""
