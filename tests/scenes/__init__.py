"""Programmes that tests draw: acts, clerks, villages, offences, and an independent oracle."""
