"""Backups: the ledgers written to files, checked, encrypted and restored, and the bundle for an auditor."""
