"""What the emulator gets wrong about AWS, put right: one module per gap, in order.

Each module has `apply()`, which changes the imported emulator and raises `EmulatorChanged`
when the emulator is not the one the fix was written against.
"""

import functools
import importlib

from gameday.embedded.fixes.patching import EmulatorChanged

__all__ = ["FIXES", "EmulatorChanged", "apply_all"]

FIXES = (
    "background",
    "interruptions",
    "function_runtime",
    "function_code",
    "function_forks",
    "function_errors",
    "function_logs",
    "executions",
    "execution_ends",
    "state_paths",
    "definitions",
    "roles",
    "nested_executions",
    "map_runs",
    "secure_loopback",
    "schedules",
    "objects",
    "checksums",
    "tables",
    "table_history",
    "point_in_time",
    "deleted_tables",
    "restored_tables",
    "table_exports",
    "saved_tables",
    "backup_access",
    "secrets",
    "absent_objects",
    "metrics",
    "alarms",
    "execution_metrics",
    "queue_metrics",
    "budgets",
)


@functools.cache
def apply_all() -> None:
    """Apply every fix, once per process.

    Raises:
        EmulatorChanged: a fix does not fit the installed emulator.
    """
    for name in FIXES:
        importlib.import_module(f"gameday.embedded.fixes.{name}").apply()
