"""An AWS on this machine, in which the real templates, functions and roles run."""
