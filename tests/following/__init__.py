"""A copy on another machine that checks each entry."""
