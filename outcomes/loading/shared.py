"""Rows that several roundtables have in common: no file changes what stands on others' pages."""

from typing import TypeVar

from django.db import models
from django.utils.translation import gettext as _

from outcomes.loading.changes import differs
from outcomes.loading.checking import Entry
from outcomes.loading.report import Report
from outcomes.models import Theme
from participants.models import Group, Organisation
from participants.permissions import EVENTS_OF_ORGANISATION
from roundtable.models import Event, Series

AnyModel = TypeVar("AnyModel", bound=models.Model)

# By which ways a row belongs to roundtables.
EVENTS_OF: dict[type[models.Model], tuple[str, ...]] = {
    Series: ("events",),
    Theme: ("outcomes__statement__event",),
    Group: ("addressed_by__outcome__statement__event", "commitment_parties__commitment__event"),
    Organisation: EVENTS_OF_ORGANISATION,
}


def store_shared(row: AnyModel, entry: Entry, event: Event | None, report: Report) -> AnyModel:
    """Stores a row for this roundtable, or refuses what would change it for another one."""
    if row.pk is not None:
        changed = {name: value for name, value in entry.values.items() if differs(row, name, value)}
        if report.refuses(row, entry.place, changed):
            return row
        if changed and _is_used_elsewhere(row, event):
            for name in changed:
                report.refuse(
                    f"{entry.place}.{name}",
                    _(
                        "Another roundtable has it too and says something else. Leave it as it "
                        "was, or change it for both in the admin first."
                    ),
                )
            return row
    return report.store_entry(row, entry)


def check_slug(entry: Entry, other: type[Group] | type[Organisation], report: Report) -> bool:
    """Whether no row of the other kind has this short name; notes the mistake where one has."""
    # Who may add no group is told so, and not which organisations there are.
    is_refused = other is Organisation and report.by is not None and not report.by.is_operator
    if is_refused or not other._default_manager.filter(slug=entry.values["slug"]).exists():
        return True
    report.refuse(
        f"{entry.place}.slug",
        _("A group has this short name. Choose another one.")
        if other is Group
        else _("An organisation has this short name. Choose another one."),
    )
    return False


def _is_used_elsewhere(row: models.Model, event: Event | None) -> bool:
    others = Event.objects.exclude(pk=event.pk) if event else Event.objects.all()
    rows = type(row)._default_manager.filter(pk=row.pk)
    return any(rows.filter(**{f"{path}__in": others}).exists() for path in EVENTS_OF[type(row)])
