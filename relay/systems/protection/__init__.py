"""Protection: what may be published of counts that nobody must be found by."""
