"""What auditors ask: checks of the whole record, samples to verify in the field, and statistics."""
