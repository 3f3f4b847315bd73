"""In a template, a reference to a secret is its ARN, as CloudFormation documents.

The emulator gives the name, which matches no resource of a policy: every grant would be void.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
"""

from collections.abc import Callable
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "secrets"


def apply() -> None:
    from ministack.services.cloudformation import provisioners

    patch = Patch(FIX)
    patch.wrap(provisioners, "_sm_secret_create", "0bae0110fce2", _referenced_by_arn)
    patch.wrap(provisioners, "_sm_secret_update", "e87220a5ff35", _updated_by_arn)
    patch.wrap(provisioners, "_sm_secret_delete", "4ff615ac8289", _deleted_by_arn)
    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"].update(
        create=provisioners._sm_secret_create,
        update=provisioners._sm_secret_update,
        delete=provisioners._sm_secret_delete,
    )


def _referenced_by_arn(original: Callable) -> Callable:
    def create(*arguments: Any, **named: Any) -> tuple[str, dict[str, str]]:
        _, attributes = original(*arguments, **named)
        return attributes["Arn"], attributes

    return create


def _updated_by_arn(original: Callable) -> Callable:
    def update(arn: str, *arguments: Any, **named: Any) -> tuple[str, dict[str, str]]:
        _, attributes = original(_name(arn), *arguments, **named)
        return attributes["Arn"], attributes

    return update


def _deleted_by_arn(original: Callable) -> Callable:
    return lambda arn, properties: original(_name(arn), properties)


def _name(arn: str) -> str:
    # The service appends a hyphen and six characters to the name.
    return arn.rsplit(":", 1)[-1][:-7]
