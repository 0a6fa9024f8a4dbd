"""Recording in the browser: forms opened from a record, checked before they are recorded, and undone at once."""
