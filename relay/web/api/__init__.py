"""The API: the same questions and acts as the command line, as JSON."""
