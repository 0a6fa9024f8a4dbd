"""Caches and uploads in progress: private files that can be deleted at any time, and are made again when needed."""
