"""Tests of `relay.desk.intake`."""
