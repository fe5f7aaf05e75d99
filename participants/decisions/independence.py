"""Who may be one of those who agree, for each kind. test_independence.py asks each line.

Everywhere, each person and each organisation agrees once, and all bodies of one government are one
organisation: also through where a person works, or for whom a person took part.
"""

from dataclasses import dataclass

from participants.models import Capacity, Grant

DECIDING = frozenset({Capacity.COCHAIR, Capacity.COHOST, Capacity.CONFIRMER})


@dataclass(frozen=True)
class Independence:
    """Who may be one of those who agree about an item of one kind.

    Never whom the kind says that it is about: these people and organisations, and their colleagues.
    """

    # Those who asked for it, and colleagues; else these do not count.
    asker: bool = False
    # Who acts for no organisation. The kind says when, and in whose place.
    operator: bool = False
    # Until a roundtable has co-chairs of two organisations, those of the last one decide.
    from_last_roundtable: bool = False
    # Roles beside these, which confirm nothing else.
    roles: frozenset[str] = frozenset()


PARTICIPATION = Independence(operator=True)
FREEZING = Independence(asker=True, operator=True)
RIGHT = Independence(from_last_roundtable=True)
ORGANISATION_CHANGE = Independence(from_last_roundtable=True)
CLOSING = Independence(asker=True, operator=True)
COMPARING = Independence(operator=True, roles=frozenset({Grant.Role.EDITOR}))
