"""What a restore of the table will do, and what it takes; all of it is said before it begins."""

from dataclasses import dataclass
from enum import Enum

from gameday.costs import PRICES, Usage, dollars_of
from gameday.moments import in_utc
from gameday.protection import Protection
from gameday.restore.sources import FromBackup, FromExport, Source
from gameday.wording import size_in_words

GIGABYTE = 1e9
LEAST_SHOWN = 0.01  # dollars
# A restore's time hardly depends on the size of small tables. DynamoDB gives no figure to hold it
# to; minutes to an hour is what people see.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_HowItWorks.html
SMALL = 100 * GIGABYTE


class Way(Enum):
    """Where the restored items go.

    aside: into a table of their own. anew: under the live table's name, which is gone. over: into
    the live table, item by item.
    """

    ASIDE = "aside"
    ANEW = "anew"
    OVER = "over"


@dataclass(frozen=True)
class TablePlan:
    """One restore of a table.

    target: the table that is made; for `Way.OVER` a scratch table, deleted in the end. live: the
    name of the table that the functions use. protection: what `live` has or should have.
    is_begun: whether an earlier call made the target and was interrupted.
    """

    source: Source
    way: Way
    target: str
    live: str
    protection: Protection
    is_begun: bool = False

    def in_words(self) -> list[tuple[str, str]]:
        """Pairs of a heading and what is to be said under it."""
        lines = [("restores", self.source.in_words()), ("into", self._into())]
        if isinstance(self.source, FromBackup) and self.source.asked is not None:
            lines.insert(1, ("not", f"as of {in_utc(self.source.asked)}, which cannot be had"))
        if self.is_begun:
            lines.append(("goes on", "with the restore that was begun and interrupted"))
        if self.way is Way.OVER:
            lines.append(("first", f"makes a backup of {self.live} as it is"))
            lines.append(
                ("leaves", "highlights that are not in what is restored, and what a run writes")
            )
        elif protection := self.protection.in_words():
            lines.append(("puts back", ", ".join(protection)))
        if self.way is Way.ASIDE:
            lines.append(("alarms", f"watch {self.live}, and not the new table"))
        lines.append(("takes", duration_in_words(self.source)))
        lines.append(("costs", self._cost()))
        lines.append(("then", "compares every item, and says what differs"))
        return lines

    def _into(self) -> str:
        if self.way is Way.ASIDE:
            return f"the new table {self.target}; the live table is left alone"
        if self.way is Way.ANEW:
            return f"{self.live}, which is gone; so the next run finds it again"
        return f"{self.live} in place, item by item, by the scratch table {self.target}"

    def _cost(self) -> str:
        once = price_of_restore(self.source)
        if self.way is Way.OVER:
            return f"{dollars(once)}, and the backup {dollars(self._backup_a_month())} a month"
        size = self.source.size_bytes / GIGABYTE
        month = dollars_of(Usage(table_gigabyte_months=size, recovery_gigabyte_months=size))
        return f"{dollars(once)} for the restore, {dollars(month)} a month for the table"

    def _backup_a_month(self) -> float:
        return self.source.size_bytes / GIGABYTE * PRICES["backup_gigabyte_months"].dollars


def price_of_restore(source: Source) -> float:
    """Dollars for the restore itself: by the gigabyte, or by what is written of an export.

    An item is written once, and once more into the index; a kibibyte each.
    """
    if isinstance(source, FromExport):
        items = sum(export.items for export in source.chain)
        return items * 2 * PRICES["dynamodb_writes"].dollars
    return source.size_bytes / GIGABYTE * PRICES["restored_gigabytes"].dollars


def duration_in_words(source: Source) -> str:
    """How long it may take, as far as that can be known."""
    if isinstance(source, FromExport):
        seconds = sum(export.items for export in source.chain) / 1000
        return f"about {max(1, round(seconds / 60))} min on AWS, at a thousand items a second"
    size = size_in_words(source.size_bytes) if source.size_bytes else "little"
    if source.size_bytes <= SMALL:
        return f"minutes to an hour on AWS, which {size} hardly changes; seconds on this machine"
    return f"an hour or more on AWS for {size}"


def dollars(amount: float) -> str:
    """`about $1.23`, or that it is less than a cent."""
    return f"about ${amount:,.2f}" if amount >= LEAST_SHOWN else "less than $0.01"
