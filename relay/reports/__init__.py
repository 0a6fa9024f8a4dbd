"""What staff and managers ask: chain health, trees, lists, visits, and the history of one record."""
