"""A season as files: how they are named, what they say, and how they are read back."""
