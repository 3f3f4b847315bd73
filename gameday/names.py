"""File names out of text from outside: safe on Linux, macOS and Windows alike."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection

# What Windows forbids in a name, as nearly as a name can say it; "/" and NUL are all of POSIX's.
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
_REPLACED = str.maketrans(dict.fromkeys("/\\|:", "-") | dict.fromkeys("?*<>") | {'"': "'"})
_RESERVED = re.compile(r"(?i:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])")


def safe_name(text: str, longest: int) -> str:
    """`text` as a file name, or its beginning, of at most `longest` bytes of UTF-8.

    Letters of every script are kept. Empty when nothing of `text` can stand in a name.
    """
    text = unicodedata.normalize("NFC", text).replace(": ", " - ").translate(_REPLACED)
    words = " ".join(text.split())
    printable = "".join(c for c in words if c.isprintable()).lstrip(" .-")
    name = printable.encode()[: longest - 1].decode(errors="ignore").rstrip(" .")
    return f"_{name}" if _RESERVED.fullmatch(name.split(".")[0].rstrip()) else name


def id_names(ids: Collection[str]) -> dict[str, str]:
    """A name for each id: the id itself wherever that is safe, of at most 73 ASCII characters.

    No two names are equal where upper and lower case are the same, as on macOS and Windows.
    """
    plain = {one: one if _is_plain(one) else f"id-{_digest(one)}" for one in ids}
    uses = Counter(name.casefold() for name in plain.values())
    return {
        one: name if uses[name.casefold()] == 1 else f"{name}-{_digest(one)[:8]}"
        for one, name in plain.items()
    }


def _is_plain(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text) is not None and not _RESERVED.fullmatch(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
