"""An execution environment that is forked is like one that was started."""

import os
import signal

import pytest
from account import Account, until, zipped

from gameday.embedded.fixes import function_forks

SAYS_WHO_IT_IS = """
import os
import tempfile
import boto3
imported = os.environ["TABLE"]
def handler(event, context):
    if event.get("exit"):
        os._exit(event["exit"])
    print("said by", imported)
    return [imported, os.environ["AWS_LAMBDA_FUNCTION_NAME"], os.getppid(), tempfile.gettempdir()]
"""


def functions(account: Account, count: int = 3) -> list[str]:
    """Functions with the same code; all but the first are forked."""
    return [
        account.function(SAYS_WHO_IT_IS, Environment={"Variables": {"TABLE": str(number)}})
        for number in range(count)
    ]


def server(account: Account, function: str) -> int:
    """The process that the function was forked from."""
    parent = account.invoke(function)[2]
    assert parent != os.getpid()
    return parent


def test_each_has_its_own_variables_folder_and_modules(account: Account):
    made = functions(account)

    answers = [account.invoke(one) for one in made]

    assert [one[0] for one in answers] == ["0", "1", "2"]
    assert [one[1] for one in answers] == [name.rsplit(":", 1)[-1] for name in made]
    assert len({one[3] for one in answers}) == 3
    assert answers[0][2] == os.getpid()
    assert answers[1][2] == answers[2][2] != os.getpid()


def test_its_end_is_reported_and_followed_by_another(account: Account):
    _, function = (one for one in functions(account, 2) if account.invoke(one))

    assert "exit status 3" in account.invoke(function, {"exit": 3})["errorMessage"]
    assert account.invoke(function)[0] == "1"


def test_without_what_it_is_forked_from_it_is_started(account: Account):
    first, second, third = functions(account)
    account.invoke(first)
    os.kill(server(account, second), signal.SIGKILL)

    assert account.invoke(third)[:3:2] == ["2", os.getpid()]


@pytest.mark.parametrize("module", ["six", "urllib3"])
def test_the_code_is_preferred_to_what_the_runtime_ships(account: Account, module: str):
    body = f"import {module}\ndef handler(event, context): return {module}.__file__"
    files = {"index": body, module: ""}
    made = [account.function(body, Code={"ZipFile": zipped(**files)}) for _ in range(3)]

    for found in [account.invoke(one) for one in made]:
        assert f"/code/{module}.py" in found


def test_nothing_is_left_when_the_account_is_stopped(account: Account):
    first, second = functions(account, 2)
    account.invoke(first)
    parent = server(account, second)

    function_forks.stop_all()

    until(lambda: os.path.exists(f"/proc/{parent}"), lambda there: not there)
