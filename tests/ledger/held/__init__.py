"""Held acts."""
