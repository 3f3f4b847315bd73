"""The domain: what a highlight is, how it is kept and how its backup is rotated."""
