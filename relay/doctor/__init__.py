"""The doctor: what is wrong on this machine, where, and what puts it right."""
