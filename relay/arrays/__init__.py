"""The whole programme as arrays: read once, kept fresh, and surveyed in one pass."""
