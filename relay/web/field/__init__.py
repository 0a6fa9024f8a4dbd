"""The field: the page that records where there is no line, the worker that keeps it there, and what installs it."""
