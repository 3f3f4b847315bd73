"""Who may do what: the callers of the API, and the role a job works with."""

import secrets
from collections.abc import Mapping

from gameday.embedded import clock
from gameday.embedded.fixes import roles
from gameday.embedded.mediaconvert.errors import AccessDenied, JobFailed

PRINCIPAL = "mediaconvert.amazonaws.com"
PASSED_TO = {"iam:PassedToService": PRINCIPAL}

SESSION_SECONDS = 12 * 60 * 60


def require_caller_may(
    headers: Mapping[str, str],
    query: Mapping[str, list[str]],
    action: str,
    resource: str,
    context: Mapping[str, str] | None = None,
) -> None:
    """Check the permissions of whoever signed a request.

    Raises:
        AccessDenied: they do not include the action on the resource.
    """
    from ministack import app
    from ministack.core.iam_actions import identity_denial_message
    from ministack.core.iam_evaluator import AuthError, enforce
    from ministack.core.responses import get_region
    from ministack.core.router import extract_access_key_id

    if not app.AUTH:
        return
    service = action.partition(":")[0]
    denied = enforce(
        extract_access_key_id(headers, query),
        action,
        service,
        get_region(),
        resource_arn=resource,
        service_context=dict(context or {}),
    )
    if isinstance(denied, AuthError):
        raise AccessDenied(denied.message)
    if denied is not None:
        explicit = denied.decision == "Deny"
        raise AccessDenied(
            identity_denial_message(action, denied.principal_arn, resource, explicit)
        )


def assume(role_arn: str, job_id: str, queue: str, location: str) -> dict[str, str]:
    """Credentials of a session of the job's role, as arguments of a boto3 client.

    `queue` is the ARN for which MediaConvert assumes it, `location` is the job's input, which is
    what cannot be read without the role.

    Raises:
        JobFailed: the ARN is malformed (1515), there is no such role (1433), or it does not trust
            MediaConvert (1434).
    """
    from ministack.services import iam, sts

    parts = role_arn.split(":")
    if len(parts) != 6 or parts[2] != "iam" or not parts[5].startswith("role/"):
        raise JobFailed(1515, "Invalid role ARN format. Please check the role ARN and try again.")
    account, name = parts[4], role_arn.rpartition("/")[2]
    role = iam._roles.get_scoped(account, None, name)
    if role is None:
        raise JobFailed(
            1433,
            "Unable to assume role. Check that the role exists and that MediaConvert is a trusted "
            "entity.",
        )
    if not roles.trusts(role_arn, PRINCIPAL, queue):
        raise JobFailed(
            1434,
            f"Unable to open input file [{location}]: [Failed probe/open: [Can't read input "
            "stream: [Failed to read data: AssumeRole failed]]]",
        )
    access_key, secret, token = (
        f"ASIA{secrets.token_hex(8).upper()}",
        secrets.token_hex(20),
        secrets.token_hex(32),
    )
    session = f"EmeSession_{job_id}"
    sts.register_session(
        access_key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            "UserId": f"{role.get('RoleId', name)}:{session}",
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": clock.time() + SESSION_SECONDS,
        },
    )
    return {
        "aws_access_key_id": access_key,
        "aws_secret_access_key": secret,
        "aws_session_token": token,
    }
