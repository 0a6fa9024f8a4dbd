"""Pages that set a programme up: how it begins, and its name, rules, systems and locked period afterwards."""
