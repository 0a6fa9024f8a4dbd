"""Tests of `relay.ledger.recording`."""
