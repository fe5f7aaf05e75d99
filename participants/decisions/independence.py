"""Who may be one of those who agree, for each kind. test_independence.py asks each line.

Everywhere, each person and each organisation agrees once, and all bodies of one government are one
organisation: also through where a person works, or for whom a person took part.
"""

from dataclasses import dataclass
from enum import Enum

from participants.models import Capacity, Grant

DECIDING = frozenset({Capacity.COCHAIR, Capacity.COHOST, Capacity.CONFIRMER})


class Operator(Enum):
    """Whether an operator, who acts for no organisation, is one of those who agree."""

    NEVER = "never"
    STANDS_IN = "in place of a co-chair"
    STANDS_IN_LATER = "in place of a co-chair, after five working days"
    COUNTS = "as an organisation of its own"


@dataclass(frozen=True)
class Independence:
    """Who may be one of those who agree about an item of one kind."""

    # Those who asked or entered it, and colleagues; else these do not count.
    asker: bool = False
    # The organisation that it is about, and everyone of it.
    own_organisation: bool = False
    operator: Operator = Operator.NEVER
    # Until a roundtable has co-chairs of two organisations, those of the last one decide.
    from_last_roundtable: bool = False
    # Roles beside these, which confirm nothing else.
    roles: frozenset[str] = frozenset()


PARTICIPATION = Independence(asker=True, operator=Operator.STANDS_IN_LATER)
FREEZING = PARTICIPATION
RIGHT = Independence(from_last_roundtable=True)
ORGANISATION_CHANGE = Independence(from_last_roundtable=True)
CLOSING = Independence(asker=True, own_organisation=True, operator=Operator.STANDS_IN)
COMPARING = Independence(
    asker=True,
    own_organisation=True,
    operator=Operator.COUNTS,
    roles=frozenset({Grant.Role.EDITOR}),
)
