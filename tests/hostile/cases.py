"""The table of what a URL may answer: a game day for each part, since a page has 40 rows."""

from tests.hostile.case import Case
from tests.hostile.failing import FAILING
from tests.hostile.kept import KEPT
from tests.hostile.misled import MISLED
from tests.hostile.not_kept import NOT_KEPT

HOST_RULES = "linked.example=link_only,refused.example=never"
GAME_DAYS: dict[str, tuple[Case, ...]] = {
    "2026-01-10": KEPT,
    "2026-01-11": NOT_KEPT,
    "2026-01-12": MISLED,
    "2026-01-13": FAILING,
}
