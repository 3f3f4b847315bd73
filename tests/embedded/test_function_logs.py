"""A function's log has what the function wrote, and has it when the function has answered."""

import queue
import threading
from types import SimpleNamespace

from account import Account, task

from gameday.embedded.fixes import function_logs

PAUSE = 0.06  # seconds, after which the emulator itself reads no more


def lines_of(account: Account, group: str) -> list[str]:
    """What functions wrote into the group, without what Lambda itself writes."""
    pages = account.client("logs").get_paginator("filter_log_events")
    lines = [
        one["message"] for page in pages.paginate(logGroupName=group) for one in page["events"]
    ]
    return [line for line in lines if not line.startswith(("START", "END", "REPORT"))]


def test_what_arrives_late_belongs_to_the_invocation_that_wrote_it():
    arriving = queue.Queue()

    def write() -> None:
        for line in ("first", "second", f"without a break{function_logs.END}", "the next one's"):
            threading.Event().wait(PAUSE)
            arriving.put(line)

    writer = threading.Thread(target=write)
    worker = SimpleNamespace(_stderr_queue=arriving, _stderr_thread=writer)
    writer.start()

    assert function_logs.written(worker) == "first\nsecond\nwithout a break"
    assert function_logs.written(worker) == "the next one's"


def test_every_invocation_has_its_own_lines(account: Account):
    account.client("logs").create_log_group(logGroupName="clips")
    function = account.function(
        "import os, sys\n"
        "def handler(event, context):\n"
        "    for number in range(event['lines']): print(event['n'], number)\n"
        "    os.system('echo from a child')\n"
        "    sys.stderr.write('without a break')\n",
        LoggingConfig={"LogGroup": "clips"},
    )
    expected = []
    for number, lines in enumerate((2, 3_000, 0)):
        account.run_state(task(function), {"n": number, "lines": lines})
        expected += [f"{number} {line}" for line in range(lines)]
        expected += ["from a child", "without a break"]

    assert lines_of(account, "clips") == expected


def test_a_function_that_ends_instead_of_answering_leaves_what_it_wrote(account: Account):
    account.client("logs").create_log_group(logGroupName="clips")
    function = account.function(
        "import os\ndef handler(event, context):\n    print('the last words')\n    os._exit(3)\n",
        LoggingConfig={"LogGroup": "clips"},
    )

    account.invoke(function)

    assert "the last words" in lines_of(account, "clips")
