"""Ministack as a library: imported into an environment of its own.

Ministack reads its settings from `os.environ`, at import and while it serves, and hands its
environment on to the functions it runs. Here it gets a dictionary instead of the process's
environment, so that neither side ever sees the other's variables. Its time is that of the
embedded AWS's clock, which can be set ahead.
"""

import builtins
import importlib
import importlib.machinery
import logging
import os
import sys
from types import ModuleType
from typing import Any

from gameday.embedded import clock
from gameday.embedded.shifted_time import modules

PACKAGE = "ministack"

environment: dict[str, str] = {}
"""What ministack sees as `os.environ`."""


class EmulatorAlreadyImported(RuntimeError):
    """Ministack was imported by someone else, and has read the process's environment."""


class _OperatingSystem(ModuleType):
    """The module `os` with another environment."""

    environ = environment

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    @staticmethod
    def getenv(key: str, default: str | None = None) -> str | None:
        return environment.get(key, default)


class _Logging(ModuleType):
    """The module `logging` with every logger below "ministack" and no setting of the root."""

    def __getattr__(self, name: str) -> Any:
        return getattr(logging, name)

    @staticmethod
    def getLogger(name: str = "") -> logging.Logger:
        return logging.getLogger(f"{PACKAGE}.{name}".removesuffix("."))

    @staticmethod
    def basicConfig(**settings: Any) -> None:
        """The process's logging is not the emulator's to set up."""


_times = modules(clock.ahead)
_substitutes = {"os": _OperatingSystem("os"), "logging": _Logging("logging"), **_times}

# What measures how long functions take and how long their processes were idle.
BY_THE_MACHINE = f"{PACKAGE}.core.lambda_runtime"


def _import(name: str, globals=None, locals=None, fromlist=(), level: int = 0) -> ModuleType:
    package = name.partition(".")[0]
    if package in _times and (globals or {}).get("__name__") == BY_THE_MACHINE:
        return builtins.__import__(name, globals, locals, fromlist, level)
    if level == 0 and package in _substitutes and (name == package or not fromlist):
        return _substitutes[package]
    return builtins.__import__(name, globals, locals, fromlist, level)


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module whose imports give the substitutes, at import and in its functions."""

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _import}
        super().exec_module(module)


class _Finder:
    @staticmethod
    def find_spec(name: str, path=None, target=None):
        if name.partition(".")[0] != PACKAGE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


def import_emulator(settings: dict[str, str]) -> ModuleType:
    """Import ministack with `settings` as its environment and return `ministack.app`.

    Later calls only replace the settings it reads at run time.

    Raises:
        EmulatorAlreadyImported: someone else imported ministack first.
    """
    environment.clear()
    environment.update(settings)
    if _Finder not in sys.meta_path:
        if PACKAGE in sys.modules:
            raise EmulatorAlreadyImported(
                "ministack was imported before the embedded AWS started; import it nowhere else"
            )
        sys.meta_path.insert(0, _Finder)
    logging.getLogger(PACKAGE).setLevel(logging.ERROR)
    return importlib.import_module("ministack.app")
