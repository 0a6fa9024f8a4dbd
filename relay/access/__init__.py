"""Access: accounts, passwords, tokens, telephones and roles, and the log of who opened what."""
