"""Asks hosts on the open internet, where the rules and the deadline allow it.

What a URL names is data from outside: only http(s) is followed, and only where `host_rules` and
`connections` allow it, on the first request and on every redirect.
"""

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.util import parse_url

from lambdas.highlights.answer import Response
from lambdas.highlights.deadline import Deadline, Patience, Watch
from lambdas.highlights.errors import LinkOnly, SourceUnavailable, Unavailable
from lambdas.highlights.heard import Heard
from lambdas.highlights.host_rules import HostRules, Rule

MOST_REDIRECTS = 5
LONGEST_CONNECT, LEAST_TIMEOUT = 10, 0.01  # seconds
LONGEST_HOST = 253  # characters, https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4

REDIRECTS = (301, 302, 303, 307, 308)
HEADERS = {"accept-encoding": "identity", "user-agent": "game-day-vault/1"}


@dataclass(frozen=True)
class Internet:
    """What it takes to ask a host: guarded connections, the rules of hosts, and time."""

    pools: urllib3.PoolManager
    rules: HostRules
    deadline: Deadline
    watch: Watch
    patience: Patience
    heard: Heard = field(default_factory=Heard)


def ask(net: Internet, url: str, asked: dict[str, str]) -> tuple[Response, str]:
    """The first answer that is no redirect, and its URL.

    asked: headers beside those of every request. Raises LinkOnly, Unavailable, SourceUnavailable
    and OutOfTime.
    """
    seen = {url}
    for _ in range(MOST_REDIRECTS + 1):
        url = _in_ascii(url)
        host = _checked_host(url, net.rules)
        net.deadline.check()
        net.heard.host, net.heard.status = host, None
        response = _request(net, url, host, asked)
        net.heard.status = response.status
        location = response.headers.get("Location")
        if response.status not in REDIRECTS or not location:
            return response, url
        response.close()
        url = _redirected(url, location, host)
        if url in seen:
            raise Unavailable(f"{host} redirects in a circle")
        seen.add(url)
    raise Unavailable(f"{host} redirects more than {MOST_REDIRECTS} times")


def _request(net: Internet, url: str, host: str, asked: dict[str, str]) -> Response:
    left = net.deadline.limit(net.patience.seconds) - net.deadline.clock()
    seconds = max(left, LEAST_TIMEOUT)
    timeout = urllib3.Timeout(connect=min(LONGEST_CONNECT, seconds), read=seconds)
    try:
        return net.pools.request(
            "GET",
            url,
            headers=HEADERS | asked,
            timeout=timeout,
            redirect=False,
            preload_content=False,
        )
    except urllib3.exceptions.LocationValueError:
        raise Unavailable("the provider's URL is not a URL") from None
    except urllib3.exceptions.SSLError as error:
        raise SourceUnavailable(f"{host} has no certificate that can be trusted") from error
    except (urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
        net.deadline.check()
        raise SourceUnavailable(f"{host} did not answer ({type(error).__name__})") from error


def _redirected(url: str, location: str, host: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise Unavailable(f"{host} redirects to what is no URL") from None


def _in_ascii(url: str) -> str:
    """The URL with its host as the name service knows it, in IDNA (RFC 3490).

    urllib3 would need a package for that which the functions do without.
    """
    try:
        parts = urlsplit(url)
        login, at, place = parts.netloc.rpartition("@")
        name, colon, port = place.partition(":")
        if name.isascii():
            return url
        netloc = f"{login}{at}{name.encode('idna').decode()}{colon}{port}"
        return parts._replace(netloc=netloc).geturl()
    except ValueError:  # UnicodeError among them
        return url


def _checked_host(url: str, rules: HostRules) -> str:
    """The host of a URL that may be asked; raises LinkOnly and Unavailable."""
    try:
        parts = urlsplit(url)
        host, _ = host_of(url), parts.port
    except ValueError:
        raise Unavailable("the provider's URL is not a URL") from None
    if len(host) > LONGEST_HOST:
        raise Unavailable("the URL names a host longer than hosts can be")
    if parts.scheme not in ("http", "https") or not host:
        raise Unavailable(f"the URL is not http(s) but {parts.scheme[:20]!r}")
    rule = rules.rule_for(host)
    if rule is Rule.LINK_ONLY:
        raise LinkOnly(f"only links of {host} are kept (setting host_rules)")
    if rule is Rule.NEVER:
        raise Unavailable(f"nothing of {host} is kept (setting host_rules)")
    if parts.path.lower().endswith(".mpd"):
        raise LinkOnly(f"{host} serves a DASH manifest, not one file")
    return host


def host_of(url: str) -> str:
    """The host that a connection is made to, in lower case; raises ValueError when there is none.

    urllib3 has to say it: where two parsers read a URL differently, a rule would hold for one host
    and the request go to another.
    """
    return (parse_url(url).host or "").strip("[]").lower().rstrip(".")
