"""Tests of `relay.domain.people`."""
