"""Takes grants from the deployed roles, and gives them back."""

import json
from typing import Any
from weakref import WeakKeyDictionary

from gameday.embedded.aws import EmbeddedAws

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# A policy must have a statement.
NOTHING = {"Effect": "Deny", "Action": "sts:GetCallerIdentity", "Resource": "*"}

Policies = dict[str, dict[str, Any]]

# By role, as they were before the first change here: to look at every role takes long.
_before: WeakKeyDictionary[EmbeddedAws, dict[str, Policies]] = WeakKeyDictionary()


def policies_of(aws: EmbeddedAws, role: str) -> Policies:
    """The inline policies, by name, of the one role whose construct is called `role`."""
    return _policies(aws, _name(aws, role))


def set_policies(aws: EmbeddedAws, role: str, policies: Policies) -> None:
    """Write `policies`, by name, to the role."""
    role_name = _name(aws, role)
    before = _before.setdefault(aws, {})
    if role_name not in before:
        before[role_name] = _policies(aws, role_name)
    _put(aws, role_name, policies)


def revoke(aws: EmbeddedAws, role: str, action: str) -> None:
    """Take `action` out of every statement of the role's policies."""
    policies = policies_of(aws, role)
    revoked = False
    for document in policies.values():
        kept = []
        for statement in document["Statement"]:
            left = [one for one in listed(statement["Action"]) if one != action]
            revoked = revoked or len(left) < len(listed(statement["Action"]))
            kept += [{**statement, "Action": left}] if left else []
        document["Statement"] = kept or [NOTHING]
    assert revoked, f"{role} has no grant of {action}"
    set_policies(aws, role, policies)


def grant_everything(aws: EmbeddedAws, role: str) -> None:
    """Let the role do everything."""
    document = {"Version": "2012-10-17", "Statement": [EVERYTHING]}
    set_policies(aws, role, {"everything": document})


def restore_policies(aws: EmbeddedAws) -> None:
    """Make what was changed here what it was."""
    for role, before in _before.pop(aws, {}).items():
        for name in _policies(aws, role).keys() - before.keys():
            aws.client("iam").delete_role_policy(RoleName=role, PolicyName=name)
        _put(aws, role, before)


def listed(value: Any) -> list[Any]:
    """A policy's one or many as a list."""
    return value if isinstance(value, list) else [value]


def _name(aws: EmbeddedAws, role: str) -> str:
    roles = aws.client("iam").list_roles()["Roles"]
    (name,) = [one["RoleName"] for one in roles if f"-{role}" in f"-{one['RoleName']}"]
    return name


def _put(aws: EmbeddedAws, role: str, policies: Policies) -> None:
    for name, document in policies.items():
        aws.client("iam").put_role_policy(
            RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document)
        )


def _policies(aws: EmbeddedAws, name: str) -> Policies:
    iam = aws.client("iam")
    return {
        policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    }
