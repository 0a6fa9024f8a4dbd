"""The journal of a savings group, worked out as plain values: what is owed, what is in the box, and who gets what."""
