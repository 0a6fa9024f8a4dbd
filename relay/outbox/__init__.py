"""The outbox of a laptop: acts kept in files while there is no line, and the files that telephones save."""
