"""Which hosts are asked for videos: a rule for each, from the setting `host_rules`."""

import ipaddress
import re
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from types import MappingProxyType

EVERY_OTHER = "*"

# Hosts that serve pages around a player, and those that serve the players' files. Their terms
# forbid downloading, so none is asked: the link is all that is kept.
PAGE_HOSTS = (
    "youtube.com",
    "youtu.be",
    "youtube-nocookie.com",
    "googlevideo.com",
    "twitter.com",
    "x.com",
    "twimg.com",
    "reddit.com",
    "redd.it",
    "streamable.com",
    "facebook.com",
    "fb.watch",
    "fbcdn.net",
    "instagram.com",
    "cdninstagram.com",
    "tiktok.com",
    "dubz.link",
    "dubz.co",
    "streamin.me",
    "streamin.one",
)

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")


class Rule(StrEnum):
    """What is done with a URL of a host.

    store: it is asked, and its video kept. link_only: it is not asked; metadata and link are
    kept. never: it is not asked, and the highlight is recorded as unavailable by this setting.
    """

    STORE = "store"
    LINK_ONLY = "link_only"
    NEVER = "never"


class HostRules:
    """The rules of all hosts: those of PAGE_HOSTS, and over them `rules`, by host name.

    A rule holds for its host and all hosts below it, and the longest name wins; `*` stands for
    every host without a rule, which is STORE unless given. Case and a dot at the end do not
    matter; names outside ASCII are compared as IDNA encodes them (RFC 3490). Raises ValueError,
    whose text names what is wrong.
    """

    def __init__(self, rules: Mapping[str, str] = MappingProxyType({})):
        self._given: dict[str, Rule] = {}
        for given, rule in rules.items():
            host = _host_name(given)
            if self._given.setdefault(host, _rule(rule)) != rule:
                raise ValueError(f"{host} has two different rules")
        self._rules = dict.fromkeys(PAGE_HOSTS, Rule.LINK_ONLY) | self._given

    @classmethod
    def parse(cls, text: str) -> "HostRules":
        """The rules in a text such as `a.com=never,b.org=store`. Raises ValueError."""
        rules: dict[str, str] = {}
        for pair in filter(None, (part.strip() for part in text.split(","))):
            host, _, rule = (part.strip() for part in pair.partition("="))
            if rules.setdefault(host, rule) != rule:
                raise ValueError(f"{host} has two different rules")
        return cls(rules)

    def rule_for(self, host: str) -> Rule:
        """The rule of `host`, a name or an address as a URL holds it, without port."""
        name = _encoded(host)
        while name:
            if name in self._rules:
                return self._rules[name]
            name = name.partition(".")[2]
        return self._rules.get(EVERY_OTHER, Rule.STORE)

    def __str__(self) -> str:
        """The rules given, as `parse` takes them."""
        return ",".join(f"{host}={rule}" for host, rule in sorted(self._given.items()))

    def __repr__(self) -> str:
        return f"HostRules.parse({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HostRules) and self._given == other._given

    def __hash__(self) -> int:
        return hash(str(self))


def _encoded(host: str) -> str:
    host = host.strip("[]")
    if not host.isascii():
        with suppress(UnicodeError):  # no name that could be asked, nor be given a rule
            host = host.encode("idna").decode()
    return host.lower().rstrip(".")


def _host_name(given: str) -> str:
    name = _encoded(given)
    if name == EVERY_OTHER or _HOST.fullmatch(name):
        return name
    try:
        return str(ipaddress.IPv6Address(name))
    except ValueError:
        raise ValueError(f"{given!r} is no host name") from None


def _rule(given: str) -> Rule:
    try:
        return Rule(given)
    except ValueError:
        raise ValueError(f"{given!r} is no rule") from None
