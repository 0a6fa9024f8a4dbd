"""Pages for staff: search, and one record with its history."""
