"""Tests of `relay.backup.replay`."""
