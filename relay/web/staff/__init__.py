"""Pages for staff: search, one record with its history, imports, and their telephones."""
