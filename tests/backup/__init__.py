"""Tests of `relay.backup.ledger_backup`."""
