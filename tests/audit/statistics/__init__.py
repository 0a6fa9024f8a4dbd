"""Tests of `relay.audit.run.statistics`."""
