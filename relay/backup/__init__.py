"""Backups: the ledgers as files that can be believed, encrypted, restored and handed to an auditor."""
