"""What is kept on disk from one question to the next, so that only what is new is read and worked out."""
