"""Writes docs/privacy/README.md from the tables in outcomes/data_protection.

python -m tests.privacy_docs
"""

import os
from pathlib import Path

import django
from django.apps import apps

if not apps.ready:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

from outcomes.data_protection.retention import retention_rules
from outcomes.data_protection.shown import purpose_tables

PAGE = Path(__file__).resolve().parent.parent / "docs" / "privacy" / "README.md"
INTRODUCTION = (
    "# What is held of people, why and how long\n"
    "`make privacy` writes this page from `outcomes/data_protection/`. The page “Privacy” of a "
    "portal shows the same tables. A test fails if this page is not current, or if a field that "
    "can hold a person has no purpose.\n\n"
    "Fields that identify only a row, such as hashes and keys, are not listed; `TECHNICAL` in "
    "`purposes.py` names them. Earlier versions of a public text are kept as the text itself, "
    "with the number of the account that saved them. "
    "[security.md](../security.md#who-reads-and-writes-what) has the rules of who sees what.\n"
)


def page() -> str:
    parts = [INTRODUCTION]
    for table in purpose_tables():
        rows = []
        for line in table.lines:
            held = [row.label for row in line.held]
            rows.append(f"| {'; '.join(held)} | {line.seen} | {line.rule.name} |")
        parts.append(
            f"## {table.label}\nLegal basis: {table.basis}.\n\n"
            "| what | who sees it | kept as |\n|---|---|---|\n" + "\n".join(rows) + "\n"
        )
    rules = [
        f"| {rule.name} | {rule.what} | {rule.period} | {rule.since} | {rule.done} "
        f"| {f'`{rule.by}`' if rule.by != '–' else '–'} |"
        for rule in retention_rules()
    ]
    parts.append(
        "## How long\nWith the settings as shipped; `LOG_RETENTION_DAYS` changes the days of "
        "logs.\n\n| kept as | what | how long | counted from | then | by |\n"
        "|---|---|---|---|---|---|\n" + "\n".join(rules) + "\n"
    )
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
