"""Reads each kind of setting's value, as JSON or as the text that `-c` gives.

Every function takes what was given and returns what is meant, or raises Rejected with what is
expected.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import time
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lambdas.highlights.host_rules import HostRules
from lambdas.highlights.retention import Policy

EARLIEST_RUN, LATEST_RUN = time(4, 0), time(23, 0)
LONGEST_LOOK_BACK = 14  # days; verified clips appear within two
# All variables of a function's environment may have 4 KB together.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LONGEST_HOST_RULES = 2_000
REGION = r"[a-z]{2,3}(-[a-z]+)+-[1-9]"
EMAIL = r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"


class Rejected(ValueError):
    """A value is not what the setting expects; the text says what is, and how to give it."""


def _items(value: Any, what: str) -> list[str]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, Iterable) or not all(isinstance(item, str) for item in value):
        raise Rejected(f"a list of {what}")
    return list(value)


def league_names(value: Any) -> tuple[str, ...]:
    names = _items(value, 'league names, such as ["NCAA"]')
    wrong = [
        name for name in names if not re.fullmatch(r"[A-Za-z0-9][\w .&'()-]{0,63}", name, re.ASCII)
    ]
    folded = {re.sub(r"[^a-z0-9]", "", name.lower()) for name in names}
    if not names or wrong or len(folded) < len(names):
        raise Rejected(
            'a list of different league names as the provider writes them, such as ["NCAA"]: '
            "letters, digits, spaces and . & ' ( ) - _, at most 64 characters"
        )
    return tuple(names)


def whole_number(low: int, high: int, why: str) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        expected = Rejected(f"a whole number from {low} to {high}: {why}")
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise expected
        try:
            number = int(value)
        except ValueError:
            raise expected from None
        if not low <= number <= high:
            raise expected
        return number

    return parse


def names_of(known: tuple[str, ...], what: str) -> Callable[[Any], tuple[str, ...]]:
    def parse(value: Any) -> tuple[str, ...]:
        given = [item.upper() for item in _items(value, what)]
        if not given or any(item not in known for item in given):
            raise Rejected(f"a list of {what} from {', '.join(known)}")
        return tuple(dict.fromkeys(given))

    return parse


def run_time(value: Any) -> time:
    expected = Rejected(
        f"a time of day HH:MM from {EARLIEST_RUN:%H:%M} to {LATEST_RUN:%H:%M}: earlier, late games "
        "are still played and clocks change"
    )
    if not isinstance(value, str) or not re.fullmatch(r"\d{2}:\d{2}", value):
        raise expected
    try:
        parsed = time.fromisoformat(value)
    except ValueError:
        raise expected from None
    if not EARLIEST_RUN <= parsed <= LATEST_RUN:
        raise expected
    return parsed


def time_zone(value: Any) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise Rejected("an IANA time zone, such as America/New_York") from None


def one_of(*allowed: Any) -> Callable[[Any], Any]:
    def parse(value: Any) -> Any:
        for choice in allowed:
            if str(value) == str(choice):
                return choice
        raise Rejected("one of " + ", ".join(str(choice) for choice in allowed))

    return parse


def url(value: Any) -> str:
    expected = Rejected("an http(s) URL of the /highlights endpoint, without key or query")
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except (ValueError, AttributeError, TypeError):
        raise expected from None
    if not good or parts.query or parts.fragment or parts.username or re.search(r"\s", value):
        raise expected
    return value


def _is_host(value: str) -> bool:
    return re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?", value) is not None


def host_header(value: Any) -> str:
    if value == "" or isinstance(value, str) and _is_host(value):
        return value
    raise Rejected("a host name, such as sport-highlights-api.p.rapidapi.com, or an empty string")


def hosts(value: Any) -> tuple[str, ...]:
    hosts = _items(value, "host names")
    if not all(_is_host(host) for host in hosts):
        raise Rejected('a list of hosts, with or without port, such as ["10.0.0.5", "[::1]:8080"]')
    return tuple(hosts)


def _is_of_texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(text, str) for pair in value.items() for text in pair
    )


def host_rules(value: Any) -> HostRules:
    try:
        if isinstance(value, str):
            rules = HostRules.parse(value)
        elif _is_of_texts(value):
            rules = HostRules(value)
        else:
            raise ValueError("this is neither an object nor a text")
    except ValueError as error:
        raise Rejected(
            'an object of host names and rules, such as {"videos.example": "never"}: names '
            'without scheme and port, or "*" for every other host; rules from store, link_only, '
            f"never; but {error}"
        ) from None
    if len(str(rules)) > LONGEST_HOST_RULES:
        raise Rejected(f"rules of at most {LONGEST_HOST_RULES:,} characters together")
    return rules


def retention(value: Any) -> Policy:
    try:
        if isinstance(value, str):
            return Policy.parse(value)
        if isinstance(value, Mapping):
            return Policy.of(value)
        raise ValueError("this is neither an object nor a text")
    except ValueError as error:
        raise Rejected(
            'an object of how many backups are kept, such as {"newest": 7, "daily": 14}: newest, '
            f"at least 1, and daily, weekly, monthly, where what is left out is 0; but {error}"
        ) from None


def region(value: Any) -> str:
    if value == "" or isinstance(value, str) and re.fullmatch(REGION, value):
        return value
    raise Rejected("the name of a region, such as eu-west-1, or an empty string for no replica")


def email(value: Any) -> str:
    if value == "" or isinstance(value, str) and re.fullmatch(EMAIL, value, re.ASCII):
        return value
    raise Rejected("one e-mail address, or an empty string for none")
