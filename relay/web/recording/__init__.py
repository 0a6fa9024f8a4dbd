"""Recording in the browser: forms opened from a record, checked before they are handed in, and undone at once."""
