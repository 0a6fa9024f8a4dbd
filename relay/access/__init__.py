"""Access: accounts, passwords, tokens, telephones and roles, saved views, and the log of who opened what."""
