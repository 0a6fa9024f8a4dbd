"""Pages for managers: overview, trees, gifts, places and groups, and what waits for confirmation or a decision."""
