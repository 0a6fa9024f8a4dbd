"""Pumps: a system made for the tests, which judges wells and has nothing else."""
