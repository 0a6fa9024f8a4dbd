"""One place to ask: every question by name, here or of another machine, and how answers are shown."""
