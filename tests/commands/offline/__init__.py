"""Recording without a line, on the command line."""
