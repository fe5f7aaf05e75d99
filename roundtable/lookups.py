"""Lookups in the database; registers them."""

from typing import Any

from django.db.models import IntegerField
from django.db.models.lookups import In

MAX_NUMBER = 2**63 - 1


@IntegerField.register_lookup
class BoundedIn(In):
    """Leaves out numbers that no row can have: SQLite ends with an error for them."""

    def get_prep_lookup(self) -> Any:
        values = super().get_prep_lookup()
        if not self.rhs_is_direct_value():
            return values
        return [row for row in values if not (isinstance(row, int) and abs(row) > MAX_NUMBER)]
