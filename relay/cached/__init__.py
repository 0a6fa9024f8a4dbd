"""What is kept on disk between two questions, so that only what is new is worked out: it can be deleted at any time."""
