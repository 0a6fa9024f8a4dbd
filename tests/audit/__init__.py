"""Tests of `relay.audit.run`."""
