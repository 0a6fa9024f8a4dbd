"""Reports for staff and managers: chain health, trees, lists, visits, and the history of one record."""
