"""Who may do what: accounts, tokens, telephones, roles, and who opened what."""
