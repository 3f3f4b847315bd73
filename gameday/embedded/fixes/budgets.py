"""AWS Budgets: deployed, and silent. Nothing costs anything here, so no budget is ever spent.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html
"""

from typing import Any

from gameday.embedded.fixes.patching import Patch, source_digest

FIX = "budgets"
KIND = "AWS::Budgets::Budget"


def apply() -> None:
    from ministack.services.cloudformation import provisioners

    patch = Patch(FIX)
    patch.expect(
        source_digest(provisioners._provision_resource), "3b8f01fb1871", "how kinds are looked up"
    )
    patch.expect(KIND in provisioners._RESOURCE_HANDLERS, False, f"whether {KIND} is known")
    provisioners._RESOURCE_HANDLERS[KIND] = {
        "create": _create,
        "update": lambda name, old, new, stack: (name, {}),
        "delete": lambda name, properties: None,
    }


def _create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
    return properties["Budget"].get("BudgetName") or f"{stack}-{logical_id}", {}
