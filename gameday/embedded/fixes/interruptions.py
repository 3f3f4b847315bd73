"""What a killed process left half done is settled when its state is loaded.

A stack whose creation was under way can only be deleted; one whose update was under way runs its
former template. The code of functions stays until the state that names it has been replaced. State that
cannot be read stops the start, where the emulator would begin anew and write over it.
"""

from collections.abc import Callable
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "interruptions"

REASON = "The embedded AWS was stopped during the operation"


class StateUnreadable(RuntimeError):
    """A file of saved state is damaged, or not of this version."""


def apply() -> None:
    from ministack import app
    from ministack.core import persistence
    from ministack.services import cloudformation, lambda_svc

    patch = Patch(FIX)
    patch.wrap(cloudformation, "_restore_state", "ddc62c8a38d0", _settling_stacks)
    patch.edit(
        persistence,
        "load_state",
        (
            """\
        logger.error("Persistence: failed to load %s: %s", service, e)
        return None
""",
            "        raise gameday_unreadable(service) from e\n",
        ),
        gameday_unreadable=unreadable,
    )
    patch.edit(
        app,
        "_load_persisted_state",
        (
            """\
            except Exception:
                logger.exception(
                    "Failed to restore persisted state for %s; continuing fresh",
                    state_key,
                )
""",
            """\
            except Exception as error:
                raise gameday_unreadable(state_key) from error
""",
        ),
        gameday_unreadable=unreadable,
    )
    app.load_state = persistence.load_state
    patch.wrap(lambda_svc, "_prune_orphan_code_blobs", "9663ac4e986d", _one_save_later)


def unreadable(service: str) -> StateUnreadable:
    from ministack.core import persistence

    return StateUnreadable(
        f"the state of {service} in {persistence.STATE_DIR} cannot be read; use another folder, "
        "or remove this one to begin anew"
    )


def settled(status: str) -> str:
    """The status in which a stack is found whose operation was interrupted."""
    if not status.endswith("_IN_PROGRESS"):
        return status
    if status.startswith("UPDATE"):
        return "UPDATE_ROLLBACK_COMPLETE"
    return "DELETE_FAILED" if status.startswith("DELETE") else "CREATE_FAILED"


def _settling_stacks(original: Callable) -> Callable:
    def restore_state(state: dict[str, Any]) -> None:
        from ministack.services import cloudformation

        original(state)
        for stack in cloudformation._stacks.all_values():
            if stack["StackStatus"] != settled(stack["StackStatus"]):
                stack["StackStatus"] = settled(stack["StackStatus"])
                stack["StackStatusReason"] = REASON

    return restore_state


def _one_save_later(original: Callable) -> Callable:
    saved_before: set[str] = set()

    def prune_orphan_code_blobs(referenced: set[str]) -> None:
        original(referenced | saved_before)
        saved_before.clear()
        saved_before.update(referenced)

    return prune_orphan_code_blobs
