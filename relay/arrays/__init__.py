"""The whole programme as arrays: read once, cached, kept up to date, and surveyed in one pass."""
