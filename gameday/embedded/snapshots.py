"""Writes the emulator's state to a folder while it runs, so that a killed process loses little."""

import contextlib
import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

INTERVAL_SECONDS = 1.0
PAUSE_FACTOR = 10
ATTEMPTS = 10
ROUNDS_UNHEARD = 10

log = logging.getLogger(__name__)


class Snapshots:
    """Saves what changed every second while `active()` says that something happened.

    Each service has one file, replaced atomically. Objects in S3 and the code of functions are
    written by the emulator itself when they arrive.
    """

    def __init__(self, app: ModuleType, folder: Path, active: Callable[[], bool]) -> None:
        from ministack.core import persistence

        self._app = app
        self._persistence = persistence
        self._folder = folder
        self._active = active
        self._saved: dict[str, bytes] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="embedded-snapshots")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread, then save what is left."""
        self._stopping.set()
        self._thread.join()
        self.save()

    def save(self) -> None:
        """Write the services whose state differs from what was last written."""
        services = self._app._build_persistence_save_dict()
        texts = {name: self._text(name, get_state) for name, get_state in services.items()}
        for name, text in texts.items():
            digest = hashlib.blake2b(text.encode()).digest()
            if self._saved.get(name) != digest:
                _write(self._folder / f"{name}.json", text)
                self._saved[name] = digest

    def _text(self, name: str, get_state: Callable[[], dict]) -> str:
        """A service's state, read again when a request changed it while it was being read."""
        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(RuntimeError):
                return self._serialized(name, get_state())
        return self._serialized(name, get_state())

    def _serialized(self, name: str, state: dict) -> str:
        version = self._persistence._state_format_version(name)
        document = {"__ministack_format__": version, "payload": state}
        return json.dumps(document, default=self._persistence._json_default)

    def _run(self) -> None:
        pause = INTERVAL_SECONDS
        changing = 0
        while not self._stopping.wait(pause):
            started = time.monotonic()
            if self._active():
                try:
                    self.save()
                    changing = 0
                except RuntimeError as error:
                    # Requests kept changing what was read, as a deployment does: the next round
                    # or the end saves it, so that only many rounds in a row are worth a word.
                    changing += 1
                    if changing % ROUNDS_UNHEARD == 0:
                        log.warning(
                            "the embedded AWS's state was not saved for %d rounds: %s",
                            changing,
                            error,
                        )
                except Exception:
                    log.exception("the state of the embedded AWS could not be saved")
            # A large state is saved less often, so that saving it stays a small part of the work.
            pause = max(INTERVAL_SECONDS, PAUSE_FACTOR * (time.monotonic() - started))


def _write(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    os.replace(partial, path)
