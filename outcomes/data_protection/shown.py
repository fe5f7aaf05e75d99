"""The two tables as people read them: on “Privacy”, and in docs/privacy."""

from dataclasses import dataclass
from typing import Any

from outcomes.data_protection.purposes import BASES, Holding, Purpose, Seen, holdings
from outcomes.data_protection.retention import Rule, retention_rules


@dataclass(frozen=True)
class Line:
    """What is kept for one purpose, seen by the same people and kept as long."""

    held: list[Holding]
    seen: str
    rule: Rule

    @property
    def data(self) -> list[str]:
        """What is held, with its fields if others of the same kind have another use."""
        return [row.label if row.is_part else row.name for row in self.held]


@dataclass(frozen=True)
class PurposeTable:
    """A purpose with its legal basis."""

    label: str
    basis: str
    lines: list[Line]


def purpose_tables() -> list[PurposeTable]:
    rules = {rule.name: rule for rule in retention_rules()}
    found = []
    for purpose in Purpose:
        lines: dict[tuple[Any, str], list[Holding]] = {}
        for row in holdings(purpose):
            lines.setdefault((row.use.seen, row.use.kept), []).append(row)
        found.append(
            PurposeTable(
                str(purpose.label),
                str(BASES[purpose]),
                [
                    Line(held, str(Seen(seen).label), rules[kept])
                    for (seen, kept), held in lines.items()
                ],
            )
        )
    return found
