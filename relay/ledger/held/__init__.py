"""Held acts: what telephones and outboxes handed in and the record would not take, kept until it is settled."""
