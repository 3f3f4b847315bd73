"""`gameday up`: the embedded AWS with the product in it, running until it is interrupted."""

import contextlib
import json
import threading

from gameday.deployment import deployed, embedded_aws, understood
from gameday.home import Home
from gameday.request import Options
from gameday.steps import Steps


def stay_up(options: Options, home: Home, steps: Steps, *, port: int, by_cdk: bool) -> None:
    """Deploy, print how to look around, and wait for Ctrl-C; everything is saved then."""
    with contextlib.ExitStack() as stack:
        request = stack.enter_context(understood(options, home, steps))
        aws = stack.enter_context(embedded_aws(home, steps, port=port, fire_schedules=True))
        vault = deployed(request, home, aws, steps, by_cdk=by_cdk)
        day = request.game_days[0]
        execution_input = json.dumps({"league": day.league, "date": day.date.isoformat()})
        steps.say("\nIn another terminal:\n")
        for name, value in aws.environment().items():
            steps.say(f"  export {name}={value}")
        steps.say(f"  aws s3 ls --recursive s3://{vault.bucket}")
        steps.say(f"  aws dynamodb scan --table-name {vault.table}")
        steps.say(
            f"  aws stepfunctions start-execution --state-machine-arn {vault.state_machine} "
            f"--input '{execution_input}'"
        )
        steps.say("\nCtrl-C stops it; what is kept stays.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
