"""The drill: a backup restored into a scratch table, and everything held against it."""
