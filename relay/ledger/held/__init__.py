"""Held acts: what telephones and outboxes handed in and the record refused, until somebody settles it."""
