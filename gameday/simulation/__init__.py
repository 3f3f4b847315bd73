"""A season that is invented and let pass in minutes, to see what the vault makes of one.

`calendar`, `world`, `weather` and `truth` are pure: what is played, what the provider lists of it
and when, what goes wrong, and what the ledger must say of it. `provider` serves that world by the
embedded AWS's clock, `drive` lets the season pass, `check` compares, `report` writes.
"""
