"""Registers as organisations keep them, of invented women: one for each layout of a folder that anybody adds to."""
