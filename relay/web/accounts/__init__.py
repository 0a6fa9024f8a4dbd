"""Pages for accounts: one's own password and tokens, and for administrators who may sign in, in which roles."""
