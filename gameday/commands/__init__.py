"""One file for each of `gameday`'s commands: what can be typed, and the exit code."""
