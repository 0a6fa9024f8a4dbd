"""The ledger: acts recorded under its lock, read back, replayed, and held against the graph."""
