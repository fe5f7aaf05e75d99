"""Who would see something, counted and in words, for the person who chooses an audience."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.audiences import LeftOut, Person, Viewer, is_inside, viewers_of
from participants.models import (
    Audience,
    AudienceException,
    Delegate,
    Introduction,
    Participation,
)


@dataclass(frozen=True)
class Onlookers:
    """The people with an account whom somebody met or was introduced to."""

    person: Person
    viewers: tuple[Viewer, ...]

    @classmethod
    def of(cls, delegate: Delegate, on: date) -> "Onlookers":
        """Those who may look at this delegate on that day, in two queries."""
        seats = delegate.participations.confirmed().select_related("organisation")
        person = Person(
            delegate.pk,
            frozenset((row.event_id, row.organisation.constituency.value) for row in seats),
        )
        met = Participation.objects.confirmed().filter(event__in=person.events)
        known = Introduction.objects.accepted().of(delegate)
        others = Delegate.objects.filter(
            Q(pk__in=met.values("delegate"))
            | Q(pk__in=known.values("first"))
            | Q(pk__in=known.values("second")),
            user__is_active=True,
        ).exclude(pk=delegate.pk)
        return cls(person, tuple(viewers_of(others, on).values()))

    def count(self, audience: str, *left_out: LeftOut) -> int:
        """How many of them are inside the audience and in none of the exceptions."""
        return sum(
            all(is_inside(audience, each, viewer, self.person) for each in left_out or [LeftOut()])
            for viewer in self.viewers
        )

    def words(self, audience: str, *exceptions: Iterable[AudienceException]) -> str:
        """Who is inside, as "43 participants of 2 roundtables; not Government of X"."""
        if audience == Audience.ONLY_ME:
            return _("Nobody but you.")
        if audience == Audience.EVERYONE:
            return _("Anyone who opens this site, search engines and every government included.")
        rows = [list(each) for each in exceptions]
        number = self.count(audience, *(LeftOut.of(each) for each in rows))
        sentence = self._sentence(audience, number)
        names = sorted({name_of(row) for each in rows for row in each})
        if names:
            sentence = _("%(people)s; not %(names)s") % {
                "people": sentence,
                "names": ", ".join(names),
            }
        return f"{sentence}."

    def _sentence(self, audience: str, number: int) -> str:
        events = len(self.person.events)
        values: dict[str, int | str] = {"number": number, "events": events}
        if audience == Audience.INTRODUCED or not events:
            return (
                ngettext(
                    "%(number)d person introduced to you",
                    "%(number)d people introduced to you",
                    number,
                )
                % values
            )
        values["of"] = ngettext("one roundtable", "%(events)d roundtables", events) % values
        if audience == Audience.CONSTITUENCY:
            return (
                ngettext(
                    "%(number)d participant of %(of)s who sat with your side",
                    "%(number)d participants of %(of)s who sat with your side",
                    number,
                )
                % values
            )
        return (
            ngettext(
                "%(number)d participant of %(of)s", "%(number)d participants of %(of)s", number
            )
            % values
        )


def name_of(exception: AudienceException) -> str:
    """Whom an exception leaves out."""
    if exception.organisation:
        return exception.organisation.name
    if exception.country:
        return str(exception.country.name)
    return str(exception.get_constituency_display())
