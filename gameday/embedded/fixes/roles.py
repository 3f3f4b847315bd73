"""Services that act with a role may do only what that role allows.

The emulator checks the roles of functions only. Here the tasks of an execution run under the
state machine's role, and a function starts only under a role that trusts Lambda. `denial` and
`role_allows` answer for any service; `current_role` tells an integration on whose behalf it runs.

Error names and causes are those that AWS reports, for example
https://github.com/awslabs/aws-deployment-framework/issues/460
"""

import contextvars
import json
from collections.abc import Callable, Mapping
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "roles"

STATES = "states.amazonaws.com"
LAMBDA = "lambda.amazonaws.com"

INTEGRATIONS = (
    "arn:aws:states:::sqs:sendMessage",
    "arn:aws:states:::sns:publish",
    "arn:aws:states:::events:putEvents",
    "arn:aws:states:::dynamodb:putItem",
    "arn:aws:states:::dynamodb:getItem",
    "arn:aws:states:::dynamodb:deleteItem",
    "arn:aws:states:::dynamodb:updateItem",
    "arn:aws:states:::ecs:runTask",
)

# What a service calls an error that it does not name, as Step Functions reports it.
UNNAMED_ERRORS = {
    "dynamodb": "DynamoDB.AmazonDynamoDBException",
    "events": "EventBridge.AmazonEventBridgeException",
    "lambda": "Lambda.AWSLambdaException",
    "sns": "SNS.AmazonSNSException",
    "sqs": "SQS.AmazonSQSException",
    "states": "StepFunctions.AWSStepFunctionsException",
}

_role: contextvars.ContextVar[str] = contextvars.ContextVar("role", default="")
_machine: contextvars.ContextVar[str] = contextvars.ContextVar("state_machine", default="")


def apply() -> None:
    from ministack import app
    from ministack.core import lambda_runtime
    from ministack.services import stepfunctions

    patch = Patch(FIX)
    patch.edit(
        stepfunctions,
        "_run_execution",
        (
            "    all_states = definition.get(",
            "    gameday_assume(sm)\n    all_states = definition.get(",
        ),
        gameday_assume=_assume,
    )
    patch.edit(
        stepfunctions,
        "_call_lambda",
        (
            "    exec_record = lambda_svc._execution_record_for_config(func, config)\n",
            """\
    gameday_require("lambda:InvokeFunction", config["FunctionArn"])
    exec_record = lambda_svc._execution_record_for_config(func, config)
""",
        ),
        gameday_require=require,
    )
    for name in ("_invoke_nested_start_execution", "_invoke_nested_start_execution_sync"):
        patch.edit(
            stepfunctions,
            name,
            (
                "    request = _nested_start_execution_request(input_data)\n",
                """\
    request = _nested_start_execution_request(input_data)
    gameday_require("states:StartExecution", request["stateMachineArn"])
""",
            ),
            gameday_require=require,
        )
    patch.expect(tuple(stepfunctions._SERVICE_DISPATCH), INTEGRATIONS, "the list of integrations")
    for prefix, handler in stepfunctions._SERVICE_DISPATCH.items():
        stepfunctions._SERVICE_DISPATCH[prefix] = _authorized(handler)
    patch.wrap(app, "call_service_handler_sync", "64e0d7e63500", _authorized_sdk_call)
    patch.wrap(lambda_runtime, "execution_credentials", "cffaadc4f396", _trusted)


def current_role() -> str:
    """The ARN of the role of the execution whose task runs here, or an empty string."""
    return _role.get()


def role_allows(
    role_arn: str,
    action: str,
    resource: str,
    service_principal: str,
    context: Mapping[str, Any] | None = None,
) -> bool:
    """Whether a service that assumes the role may perform the action on the resource.

    `context` holds condition keys of the request, such as `iam:PassedToService`; its
    `aws:SourceArn` is also what the role's trust policy sees.
    """
    return denial(role_arn, action, resource, service_principal, context) is None


def denial(
    role_arn: str,
    action: str,
    resource: str,
    service_principal: str,
    context: Mapping[str, Any] | None = None,
) -> str | None:
    """Why the role does not allow the action, in AWS's words, or None when it does."""
    from ministack.core import iam_evaluator
    from ministack.core.iam_actions import identity_denial_message
    from ministack.services import iam

    if not trusts(role_arn, service_principal, (context or {}).get("aws:SourceArn")):
        return (
            f"Neither the global service principal {service_principal}, nor the regional one is "
            f"authorized to assume the provided role: {role_arn}"
        )
    account, name = _account_and_name(role_arn)
    principal = f"arn:aws:sts::{account}:assumed-role/{name}/{service_principal.partition('.')[0]}"
    decision = iam_evaluator.evaluate(
        _request(principal, account, action, resource, context),
        iam_evaluator._gather_role_policies(name, account),
        *iam_evaluator._permissions_boundary(iam._roles, name, account),
    ).decision
    if decision == "Allow":
        return None
    return identity_denial_message(action, principal, resource, decision == "Deny")


def trusts(role_arn: str, service_principal: str, source_arn: str | None = None) -> bool:
    """Whether the role exists and its trust policy lets the service assume it.

    `source_arn` is the resource for which it would, such as a state machine.
    """
    from ministack.core import iam_evaluator
    from ministack.services import iam

    account, name = _account_and_name(role_arn)
    role = iam._roles.get_scoped(account, None, name)
    if role is None:
        return False
    document = role["AssumeRolePolicyDocument"]
    statements = (json.loads(document) if isinstance(document, str) else document)["Statement"]
    source = {"aws:SourceAccount": account, "aws:SourceArn": source_arn}
    request = _request(service_principal, account, "sts:AssumeRole", "*", source)
    for_service = [
        statement | {"Resource": "*"}
        for statement in ([statements] if isinstance(statements, dict) else statements)
        if iam_evaluator._service_principal_matches(statement.get("Principal"), service_principal)
    ]
    policy = iam_evaluator.parse_policy_document({"Statement": for_service})
    return iam_evaluator.evaluate(request, [policy]).decision == "Allow"


def require(action: str, resource: str) -> None:
    """Fail the task that runs here unless its execution's role allows the action.

    Raises:
        _ExecutionError: named as AWS names a refused call of the service.
    """
    from ministack.services.stepfunctions import _ExecutionError

    if not current_role():
        return
    reason = denial(current_role(), action, resource, STATES, {"aws:SourceArn": _machine.get()})
    if reason is not None:
        service = action.partition(":")[0]
        raise _ExecutionError(
            UNNAMED_ERRORS.get(service, "States.TaskFailed"),
            f"{reason} (Status Code: 403; Error Code: AccessDeniedException)",
        )


def _assume(machine: dict[str, Any]) -> None:
    _role.set(machine["roleArn"])
    _machine.set(machine["stateMachineArn"])


def _authorized(handler: Callable[[str, dict], Any]) -> Callable[[str, dict], Any]:
    def run(resource: str, request: dict[str, Any]) -> Any:
        service, operation = resource.removeprefix("arn:aws:states:::").split(":")[:2]
        action = f"{service}:{operation[0].upper()}{operation.partition('.')[0][1:]}"
        for arn in _resources(service, request):
            require(action, arn)
        return handler(resource, request)

    return run


def _resources(service: str, request: dict[str, Any]) -> list[str]:
    from ministack.core.responses import get_account_id, get_region

    def arn(resource: str) -> str:
        return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"

    if service == "dynamodb":
        table = request["TableName"]
        return [table if table.startswith("arn:") else arn(f"table/{table}")]
    if service == "sns":
        return [request.get("TopicArn") or request.get("TargetArn") or "*"]
    if service == "sqs":
        return [arn(request["QueueUrl"].rsplit("/", 1)[-1])]
    if service == "events":
        buses = {entry.get("EventBusName", "default") for entry in request["Entries"]}
        return [bus if bus.startswith("arn:") else arn(f"event-bus/{bus}") for bus in buses]
    return ["*"]


def _authorized_sdk_call(original: Callable) -> Callable:
    """For the `aws-sdk` integrations, which all call the service's own handler."""

    def call(handler, method, path, headers, body, query_params, timeout=None):
        from ministack import app
        from ministack.core.iam_actions import extract_iam_action, extract_resource_arn
        from ministack.core.responses import get_account_id, get_region

        if current_role():
            names = {id(known): name for name, known in app.SERVICE_HANDLERS.items()}
            service = names[id(handler)]
            text = body.encode() if isinstance(body, str) else body
            request = (service, method, path, headers, text, query_params)
            action = extract_iam_action(*request)
            if action is not None:
                require(action, extract_resource_arn(*request, get_region(), get_account_id()))
        return original(handler, method, path, headers, body, query_params, timeout)

    return call


def _trusted(original: Callable) -> Callable:
    def execution_credentials(config: dict[str, Any]) -> dict[str, str]:
        if not trusts(config["Role"], LAMBDA, config["FunctionArn"]):
            raise PermissionError(
                f"The role defined for the function cannot be assumed by Lambda: {config['Role']}"
            )
        return original(config)

    return execution_credentials


def _request(
    principal: str, account: str, action: str, resource: str, context: Mapping[str, Any] | None
) -> Any:
    from ministack.core import iam_evaluator

    return iam_evaluator.EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=resource.split(":")[3] if resource.startswith("arn:") else "",
        secure_transport=True,
        service_context={key.lower(): value for key, value in (context or {}).items()},
    )


def _account_and_name(role_arn: str) -> tuple[str, str]:
    return role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
