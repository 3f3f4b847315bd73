"""Reads a JSON object of any size: one member, or one entry of a list, is held at a time."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TextIO

PIECE = 65_536  # characters
LARGEST = 8_000_000  # characters of a member or an entry
WHITE = " \t\r\n"


class NotReadable(ValueError):
    """The text is no JSON object; the text says where and why."""


def members(text: TextIO) -> Iterator[tuple[str, Any]]:
    """Each member's name and value; of a list, `(name, entry)` for each of its entries.

    Raises NotReadable; a name that occurs twice is no error here.
    """
    reader = _Reader(text)
    reader.require("{")
    if reader.take("}"):
        reader.require_end()
        return
    while True:
        name = reader.value()
        if not isinstance(name, str):
            raise NotReadable(f"{reader.place()}: a name is expected, not {name!r:.40}")
        reader.require(":")
        if reader.take("["):
            yield from ((name, entry) for entry in _entries(reader))
        else:
            yield name, reader.value()
        if reader.take("}"):
            reader.require_end()
            return
        reader.require(",")


def _entries(reader: "_Reader") -> Iterator[Any]:
    if reader.take("]"):
        return
    while True:
        yield reader.value()
        if reader.take("]"):
            return
        reader.require(",")


class _Reader:
    """The text from where it was read to."""

    def __init__(self, text: TextIO):
        self._text = text
        self._left = ""
        self._at = self._passed = 0
        self._ended = False
        self._decoder = json.JSONDecoder(
            parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_object
        )

    def place(self) -> str:
        """Where the reader is, in words."""
        return f"at character {self._passed + self._at:,}"

    def take(self, mark: str) -> bool:
        """Whether `mark` follows; it is read if it does."""
        self._skip()
        if self._left[self._at : self._at + 1] != mark:
            return False
        self._at += 1
        return True

    def require(self, mark: str) -> None:
        """Read `mark`."""
        if not self.take(mark):
            found = self._left[self._at : self._at + 1]
            raise NotReadable(f"{self.place()}: {mark!r} is expected, not {found!r}")

    def require_end(self) -> None:
        """Nothing may follow."""
        self._skip()
        if self._at < len(self._left):
            raise NotReadable(f"{self.place()}: nothing more is expected")

    def value(self) -> Any:
        """The value that follows."""
        self._skip()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._left, self._at)
            except (ValueError, RecursionError) as error:
                if self._ended or isinstance(error, _Wrong | RecursionError):
                    raise NotReadable(f"{self.place()}: {error}") from error
            else:
                # What ends with the piece may go on in the next: a number.
                if end < len(self._left) or self._ended:
                    self._at = end
                    return value
            if len(self._left) - self._at > LARGEST:
                raise NotReadable(f"{self.place()}: more than {LARGEST:,} characters")
            # Twice as much each time, or a long value would be parsed once for each piece of it.
            self._read(max(PIECE, len(self._left) - self._at))

    def _skip(self) -> None:
        while True:
            while self._at < len(self._left) and self._left[self._at] in WHITE:
                self._at += 1
            if self._at < len(self._left) or self._ended:
                return
            self._read(PIECE)

    def _read(self, size: int) -> None:
        try:
            piece = self._text.read(size)
        except ValueError as error:  # no UTF-8
            raise NotReadable(f"{self.place()}: {error}") from error
        self._ended = not piece
        self._passed += self._at
        self._left, self._at = self._left[self._at :] + piece, 0


class _Wrong(ValueError):
    """A value that more of the text does not mend."""


def _refuse(constant: str) -> None:
    raise _Wrong(f"{constant} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise _Wrong("a name occurs twice in an object")
    return names
