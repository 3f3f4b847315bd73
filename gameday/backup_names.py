"""Which backup a person means, who seldom types the whole name of one."""

import difflib
from collections.abc import Collection

from gameday.request import UsageError

NEWEST = "newest"
SHOWN = 5  # names in a message


def backup_named(given: str, names: Collection[str], newest: str | None) -> str:
    """The one of `names` that `given` is, begins, or ends; also what follows the table's name.

    newest: what is meant by `newest`. Raises UsageError, with the names that are close.
    """
    if given == NEWEST:
        if newest is None:
            raise UsageError("there is no backup; make one: gameday backups make")
        return newest
    if given in names:
        return given
    known = sorted(set(names))
    found = [name for name in known if given and _is_part(given, name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{given!r} may be any of {len(found)}: {_listed(found)}")
    stamps = {short(name): name for name in known}
    close = difflib.get_close_matches(given, [*known, *stamps], n=3)
    hint = f"did you mean {_listed(close)}?" if close else "see: gameday backups"
    raise UsageError(f"there is no backup {given!r}; {hint}")


def short(name: str) -> str:
    """The end of a backup's name that follows the table's: `20260111T144000Z`."""
    return name.rpartition("-")[2]


def _is_part(given: str, name: str) -> bool:
    return name.startswith(given) or name.endswith(given) or short(name).startswith(given)


def _listed(names: Collection[str]) -> str:
    """A few of the names; their ends suffice to tell them apart."""
    first = ", ".join(short(name) for name in list(names)[:SHOWN])
    return f"{first}, …" if len(names) > SHOWN else first
