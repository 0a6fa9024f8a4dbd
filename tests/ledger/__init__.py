"""Tests of `relay.ledger`."""
