"""The books of a savings group: golden numbers."""
