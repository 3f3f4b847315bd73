"""What is measured, each a program of its own that prints its figures as JSON."""
