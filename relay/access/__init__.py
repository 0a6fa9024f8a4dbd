"""Who may do what: accounts, tokens, roles, and who opened what."""
