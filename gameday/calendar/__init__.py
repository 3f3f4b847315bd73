"""The season as a calendar: what became of each game day, its gaps first."""
