"""The outbox of a laptop: acts stored in files while it is offline, and the files that telephones save."""
