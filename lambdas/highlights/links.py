"""URLs that pages and playlists name: data from outside, made absolute or refused."""

from urllib.parse import urldefrag, urljoin, urlsplit

LONGEST_URL = 8_192  # characters


def absolute_url(base: str, url: str) -> str | None:
    """`url`, as a document at `base` names it; None when it is no http(s) URL that may be asked.

    One that holds a login is not, nor one with control characters. The fragment is left out.
    """
    url = url.strip()
    try:
        absolute = urldefrag(urljoin(base, url)).url
        parts = urlsplit(absolute)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    if not good or "@" in parts.netloc or len(absolute) > LONGEST_URL:
        return None
    return absolute if (url + absolute).isprintable() else None
