"""What is paid by the month is counted from the templates, and the README says what it comes to."""

from pathlib import Path

from gameday.cost.planned import templates
from gameday.cost.readme import README, replaced, text_of
from gameday.cost.standing import of_templates


def test_alarms_secrets_and_schedules_of_the_templates_are_counted(assembly: Path):
    found = of_templates(templates(assembly))

    assert found.monthly["secret_months"] == 1
    assert found.monthly["alarm_months"] >= 4
    assert found.schedules >= 2


def test_the_readme_says_what_a_season_costs(assembly: Path):
    readme = README.read_text(encoding="utf-8")

    text = text_of(of_templates(templates(assembly)))

    assert text in readme, "write it anew: python -m gameday.cost.readme"
    assert replaced(readme, text) == readme
