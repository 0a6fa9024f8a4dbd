"""A register of one's own: a map is proposed once, read ever after, and the register handed back with its report."""
