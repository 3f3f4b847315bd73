"""Runs a parser over bytes that come in chunks of any size.

A parser is a generator: it yields how many bytes it wants next and is sent exactly those, or
yields `Skip(n)` to pass over n bytes unseen, at no cost. Once the bytes have ended, each request
raises EndOfStream in it. It returns what it found; bytes that come after that are ignored.
"""

from collections.abc import Generator

from lambdas.highlights.containers.formats import Facts


class Skip(int):
    """A request to pass over so many bytes."""


class EndOfStream(Exception):
    """Raised inside a parser when the bytes end before its request is met.

    size: bytes of the whole stream. rest: those that came for the request; none for a Skip.
    """

    def __init__(self, size: int, rest: bytes):
        super().__init__(size)
        self.size = size
        self.rest = rest


Parser = Generator[int, bytes, Facts]


class ParserStream:
    """Feeds `parser`; holds only what came of the bytes that it wants next."""

    def __init__(self, parser: Parser):
        self._parser = parser
        self._facts: Facts | None = None
        self._size = 0
        self._rest = bytearray()
        self._request = next(parser)
        self._missing: int = self._request

    def feed(self, chunk: bytes | memoryview) -> None:
        """Pass the next bytes on. Raises what the parser raises."""
        at, end = 0, len(chunk)
        self._size += end
        while self._facts is None:
            if self._missing > end - at:
                if not isinstance(self._request, Skip):
                    self._rest += chunk[at:]
                self._missing -= end - at
                return
            start, at = at, at + self._missing
            if isinstance(self._request, Skip):
                self._answer(b"")
            elif self._rest:
                self._rest += chunk[start:at]
                given = bytes(self._rest)
                self._rest.clear()
                self._answer(given)
            else:
                self._answer(bytes(chunk[start:at]))

    @property
    def passing_over(self) -> int:
        """How many of the next bytes the parser passes over unseen."""
        return self._missing if isinstance(self._request, Skip) and self._facts is None else 0

    def skip(self, count: int) -> None:
        """Pass over the next `count` bytes, at most `passing_over`, without seeing them."""
        self._size += count
        self._missing -= count
        if not self._missing:
            self._answer(b"")

    def finish(self) -> Facts:
        """What the parser found, now that the bytes have ended. Raises what the parser raises."""
        while self._facts is None:
            end = EndOfStream(self._size, bytes(self._rest))
            self._rest.clear()
            try:
                self._parser.throw(end)
            except StopIteration as stop:
                self._facts = stop.value
        return self._facts

    def _answer(self, given: bytes) -> None:
        try:
            self._request = self._missing = self._parser.send(given)
        except StopIteration as stop:
            self._facts = stop.value
