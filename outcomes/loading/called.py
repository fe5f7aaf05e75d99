"""Which organisation is meant: by its short name in addresses, or by what people call it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from outcomes.loading.alike import compared
from outcomes.loading.mistakes import nearest, shown
from participants.models import Organisation
from participants.permissions import Rights, organisations_seen_by
from roundtable.models import Event


class Called:
    """Organisations of a file, and those beside them that who brings it in may see."""

    def __init__(self, here: Mapping[str, Organisation], event: Event, mine: Rights | None) -> None:
        self.here, self.event, self.mine = here, event, mine
        self.named = _by_name(here.values())

    @cached_property
    def others(self) -> dict[str, Organisation]:
        """Those that do not stand in the file."""
        rows = organisations_seen_by(self.mine) if self.mine else Organisation.objects.all()
        rows = rows.filter(is_demonstration=self.event.is_demonstration)
        return {row.slug: row for row in rows if row.slug not in self.here}

    @cached_property
    def others_named(self) -> dict[str, list[Organisation]]:
        """The same by what they are called."""
        return _by_name(self.others.values())

    def __call__(self, word: str) -> Organisation:
        """The organisation that is meant; raises ValidationError where none or several may be."""
        if word in self.here:
            return self.here[word]
        if found := self.named.get(compared(word)):
            return _only(found)
        if word in self.others:
            return self.others[word]
        if found := self.others_named.get(compared(word)):
            return _only(found)
        names = [row.name for row in (*self.here.values(), *self.others.values())]
        advice = nearest(word, [*self.here, *names]) or _("Add it to the sheet “Organisations”.")
        raise ValidationError(_("“%s” is not known here. ") % shown(word) + advice)


def _only(found: list[Organisation]) -> Organisation:
    if len(found) > 1:
        slugs = ", ".join(sorted(row.slug for row in found))
        raise ValidationError(_("Several are called so. Write one of: %s.") % slugs)
    return found[0]


def _by_name(rows: Iterable[Organisation]) -> dict[str, list[Organisation]]:
    found: dict[str, list[Organisation]] = defaultdict(list)
    for row in rows:
        for name in {compared(row.name), compared(row.short_name)} - {""}:
            found[name].append(row)
    return found
