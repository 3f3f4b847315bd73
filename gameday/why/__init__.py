"""The story of one game or highlight: what was tried, what came of it, and what it cost."""
