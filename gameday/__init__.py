"""Game-Day Vault: one command that archives a game day's highlights."""
