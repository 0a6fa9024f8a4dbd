"""Truths about Relay, each a sentence; on real engines."""
