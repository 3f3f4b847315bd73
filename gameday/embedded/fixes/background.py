"""The emulator's endless threads, which nothing could stop, do not start.

Schedules fire through `gameday.embedded.fixes.schedules`, and there are no containers to clean up.
"""

from gameday.embedded.fixes.patching import Patch

FIX = "background"


def apply() -> None:
    from ministack.core import container_reaper
    from ministack.services import eventbridge, scheduler

    patch = Patch(FIX)
    patch.replace(container_reaper, "start", "82d0d809131b", lambda get_docker: None)
    patch.replace(eventbridge, "start_scheduler", "11f17404da11", lambda: None)
    patch.replace(scheduler, "start_scheduler", "04a12e5e9f1e", lambda: None)
