"""Tests of `relay.office.intake`."""
