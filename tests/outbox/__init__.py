"""The outbox of a laptop."""
