"""The season: which games were played, what became of each, and what that has cost so far.

All of it stands in one table, the season table, whose items are told apart by their keys:

    game   pk game#<league>     sk <game date>#<match id>
    day    pk day#<league>      sk <game date>
    usage  pk usage             sk <UTC date>, and <UTC month> for a month's sums
    spent  pk spent#<UTC date>  sk <kind>#<highlight id>
    story  pk story#<id>        sk <execution>#<what>[#<attempt>]; read in order of `at`
    league pk leagues           sk <league> that was ever looked at

Nothing here is the only copy of a highlight: the table of highlights and the archive hold those.
"""
