"""How a fix changes the emulator: only text that is exactly what the fix was written against."""

import hashlib
import inspect
import linecache
import textwrap
from collections.abc import Callable
from typing import Any


class EmulatorChanged(RuntimeError):
    """Ministack is not what a fix was written against, so the fix must be looked at again."""

    def __init__(self, fix: str, what: str) -> None:
        super().__init__(
            f"the fix {fix!r} does not fit this version of ministack: {what}; "
            "install the version that requirements.txt pins, or look at the fix again"
        )
        self.fix = fix


class Patch:
    """The changes of one fix, named for the error it raises when the emulator differs."""

    def __init__(self, fix: str) -> None:
        self.fix = fix

    def edit(self, owner: Any, name: str, *edits: tuple[str, str], **names: Any) -> None:
        """Recompile function `name` of `owner` (a module or class) with texts replaced.

        Each edit is `(old, new)`, and the old text must occur exactly once. `names` are what
        the new text refers to; they join the globals of the function's module.
        """
        function = self._function(owner, name)
        source = textwrap.dedent(inspect.getsource(function))
        for old, new in edits:
            if source.count(old) != 1:
                raise EmulatorChanged(
                    self.fix, f"{_label(owner, name)} has {source.count(old)} times {old!r}"
                )
            source = source.replace(old, new)
        for added, value in names.items():
            if function.__globals__.setdefault(added, value) is not value:
                raise EmulatorChanged(self.fix, f"{_label(owner, name)} already knows {added!r}")
        filename = f"<{_label(owner, name)} with {self.fix}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        defined: dict[str, Any] = {}
        code = compile(source, filename, "exec", dont_inherit=True)
        exec(code, function.__globals__, defined)  # noqa: S102 - the emulator's own source
        setattr(owner, name, defined[name])

    def wrap(self, owner: Any, name: str, digest: str, wrapper: Callable[[Callable], Any]) -> None:
        """Put `wrapper(original)` in the place of function `name`, which must have `digest`."""
        original = self._function(owner, name)
        self.expect(source_digest(original), digest, _label(owner, name))
        setattr(owner, name, wrapper(original))

    def replace(self, owner: Any, name: str, digest: str, replacement: Callable) -> None:
        """Put `replacement` in the place of function `name`, which must have `digest`."""
        self.wrap(owner, name, digest, lambda original: replacement)

    def expect(self, found: Any, expected: Any, what: str) -> None:
        """Raise `EmulatorChanged` unless `found` is what the fix was written against."""
        if found != expected:
            raise EmulatorChanged(self.fix, f"{what} is {found!r}, not {expected!r}")

    def _function(self, owner: Any, name: str) -> Callable:
        function = getattr(owner, name, None)
        if not inspect.isfunction(function):
            raise EmulatorChanged(self.fix, f"{_label(owner, name)} is missing")
        return function


def source_digest(function: Callable) -> str:
    """Twelve hexadecimal digits that stand for the function's source text."""
    return text_digest(textwrap.dedent(inspect.getsource(function)))


def text_digest(text: str) -> str:
    """Twelve hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _label(owner: Any, name: str) -> str:
    return f"{owner.__name__}.{name}"
