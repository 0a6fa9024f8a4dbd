"""Tests of `relay.arrays.stores`."""
