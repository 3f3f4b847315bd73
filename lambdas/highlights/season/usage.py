"""What the vault used, by UTC day and by UTC month, counted so that no cap is ever exceeded.

Each count is one transaction over the rows of the day and of the month. What belongs to a highlight
leaves a mark in the same transaction, so that a step that is tried again counts once; the marks go
by themselves after some days. What was reserved and not used stays counted: a cap errs to the side
of the bill.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lambdas.highlights.errors import ProviderBudgetSpent, ProviderQuotaExceeded
from lambdas.highlights.ledger import Item, moment
from lambdas.highlights.season.caps import (
    Cap,
    Caps,
    Kind,
    Refusal,
    moment_in_words,
    next_day,
    no_room,
)

USAGE = "usage"
CALLS = "provider_calls"
COUNTERS = (CALLS, *(str(kind) for kind in Kind))
LARGEST_QUOTA = 10**9  # requests a day; a header that says more is not believed
MARKS_KEPT = timedelta(days=3)


class Usage:
    """The counters in `table`, a `lambdas.table.Table` of the season.

    All methods raise what the table does. `now` is an aware time; days and months are UTC's.
    """

    def __init__(self, table: Any):
        self._table = table

    def day(self, day: date) -> Item:
        """What was used on a UTC day; see `_row`."""
        return self._row(day.isoformat())

    def month(self, month: str) -> Item:
        """What was used in a UTC month, `YYYY-MM`; see `_row`."""
        return self._row(month)

    def reserve_call(self, budget: int | None, now: datetime) -> None:
        """Count one request to the provider, before it is made.

        budget: how many a day the vault makes by itself; None for a person's own request, which is
        counted and not held back. Raises ProviderBudgetSpent, and ProviderQuotaExceeded while the
        provider's own quota is known to be used up.
        """
        today, values = _today(now), {":one": 1}
        write = {
            "Key": _key(today),
            "UpdateExpression": f"ADD {CALLS} :one",
            "ExpressionAttributeValues": values,
        }
        if budget is not None:
            write["ConditionExpression"] = (
                f"(attribute_not_exists({CALLS}) OR {CALLS} < :budget)"
                " AND (attribute_not_exists(blocked_until) OR blocked_until <= :now)"
                " AND (attribute_not_exists(calls_left) OR calls_left > :none)"
            )
            values |= {":budget": budget, ":now": _stamp(now), ":none": 0}
        of_month = {
            "Key": _key(today[:7]),
            "UpdateExpression": f"ADD {CALLS} :one",
            "ExpressionAttributeValues": {":one": 1},
        }
        if self._table.transact([{"Update": write}, {"Update": of_month}]):
            self._note_first("calls_refused_at", today, now)
            raise self._no_call(budget, now)

    def note_quota(self, limit: int | None, left: int | None, now: datetime) -> None:
        """Keep what an answer of the provider says of its quota, as far as it can be believed.

        The provider has answered, so that it is blocked no more.
        """
        facts = {"calls_limit": _believable(limit), "calls_left": _believable(left)}
        known = {name: value for name, value in facts.items() if value is not None}
        self._set(_today(now), known | {"calls_seen_at": _stamp(now)}, "blocked_until")

    def block(self, until: datetime, now: datetime) -> None:
        """No request is made before `until`, a moment at most the next 00:00 UTC."""
        self._set(_today(now), {"blocked_until": _stamp(until)})

    def room(self, kind: Kind, what: str, caps: Caps, now: datetime) -> Refusal | None:
        """Why nothing of `kind` may be begun for `what`, however small; None when it may.

        What was granted its amount already today may go on.
        """
        cap = caps.cap(kind)
        if not cap.is_set or self._table.get_item(_mark(kind, what, _today(now))):
            return None
        return self._refusal(kind, 1, cap, now)

    def reserve(
        self, kind: Kind, what: str, amount: int, caps: Caps, now: datetime
    ) -> Refusal | None:
        """Count `amount` of `kind` for `what`, once a day, where its caps leave room for it.

        what: the highlight's id, with what tells its parts apart where it has several.
        None: granted, now or before; then nothing more is counted for it. Else why not.
        """
        cap, today = caps.cap(kind), _today(now)
        mark = {
            "Item": {
                **_mark(kind, what, today),
                "amount": amount,
                "expires_at": int((now + MARKS_KEPT).timestamp()),
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        refused = self._table.transact(
            [
                {"Put": mark},
                {"Update": _addition(kind, today, amount, cap.day)},
                {"Update": _addition(kind, today[:7], amount, cap.month)},
            ]
        )
        if not refused or refused[0]:
            return None
        return self._refusal(kind, amount, cap, now) or self.reserve(kind, what, amount, caps, now)

    def count(self, kind: Kind, what: str, amount: int, now: datetime) -> None:
        """Count what was used already, once a day for `what`, whatever the caps."""
        self.reserve(kind, what, amount, Caps(), now)

    def _row(self, period: str) -> Item:
        """`{"provider_calls", "transcode_seconds", "stored_bytes"}`, 0 where nothing was counted.

        And what is known of: calls_limit, calls_left, calls_seen_at, blocked_until,
        calls_refused_at, transcode_seconds_reached_at, stored_bytes_reached_at. Moments are ISO
        8601 in UTC. `…_at`: when the vault first held something back in the period.
        """
        found = self._table.get_item(_key(period)) or {}
        facts = {name: _plain(value) for name, value in found.items() if name not in ("pk", "sk")}
        return dict.fromkeys(COUNTERS, 0) | facts

    def _no_call(self, budget: int | None, now: datetime) -> Exception:
        row = self._row(_today(now))
        if row.get("blocked_until", "") > _stamp(now) or row.get("calls_left") == 0:
            until = row.get("blocked_until") or _stamp(next_day(now))
            return ProviderQuotaExceeded(
                "the provider's requests of the day are used up; the next is made at "
                f"{moment_in_words(datetime.fromisoformat(until))}, or at once by a run of your own"
            )
        return ProviderBudgetSpent(
            f"the {budget} requests of provider_calls_per_day are spent; it goes on at "
            f"{moment_in_words(next_day(now))}, or with a larger provider_calls_per_day; a run of "
            "your own may still ask"
        )

    def _refusal(self, kind: Kind, amount: int, cap: Cap, now: datetime) -> Refusal | None:
        today = _today(now)
        used = [self._row(period)[kind] for period in (today, today[:7])]
        reason = no_room(kind, amount, cap, used[0], used[1], now)
        if reason is None:
            return None
        of_month = no_room(kind, amount, Cap(month=cap.month), 0, used[1], now) is not None
        period = today[:7] if of_month else today
        return Refusal(reason, self._note_first(f"{kind}_reached_at", period, now))

    def _note_first(self, name: str, period: str, now: datetime) -> bool:
        """Note when something was held back; True when it is the first time in the period."""
        return not self._table.transact(
            [
                {
                    "Update": {
                        "Key": _key(period),
                        "UpdateExpression": f"SET {name} = :now",
                        "ConditionExpression": f"attribute_not_exists({name})",
                        "ExpressionAttributeValues": {":now": _stamp(now)},
                    }
                }
            ]
        )

    def _set(self, period: str, changes: Item, *forget: str) -> None:
        update = {
            "Key": _key(period),
            "UpdateExpression": _set_and_remove(list(changes), forget),
            "ExpressionAttributeValues": {f":{name}": value for name, value in changes.items()},
        }
        self._table.transact([{"Update": update}])


def _set_and_remove(names: Sequence[str], forget: Sequence[str]) -> str:
    text = "SET " + ", ".join(f"{name} = :{name}" for name in names)
    return f"{text} REMOVE {', '.join(forget)}" if forget else text


def _addition(kind: Kind, period: str, amount: int, cap: int) -> Item:
    """An update that adds `amount` to a counter, as long as it stays within `cap`; 0 is none."""
    values = {":amount": amount}
    write = {
        "Key": _key(period),
        "UpdateExpression": f"ADD {kind} :amount",
        "ExpressionAttributeValues": values,
    }
    if cap:
        values[":most"] = cap - amount
        # A counter that is not there yet is 0, which is too much where the whole cap is too small.
        absent = f"attribute_not_exists({kind}) OR " if amount <= cap else ""
        write["ConditionExpression"] = f"{absent}{kind} <= :most"
    return write


def _key(period: str) -> Item:
    return {"pk": USAGE, "sk": period}


def _mark(kind: Kind, what: str, day: str) -> Item:
    return {"pk": f"spent#{day}", "sk": f"{kind}#{what}"}


def _today(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()


def _stamp(when: datetime) -> str:
    return moment(when.astimezone(UTC))


def _believable(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= LARGEST_QUOTA else None


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) else value
