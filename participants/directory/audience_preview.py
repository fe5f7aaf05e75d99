"""Who would see something, counted and in words, for the person who chooses an audience."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.models import (
    Audience,
    AudienceException,
    Constituency,
    Delegate,
    Introduction,
    Participation,
)


@dataclass(frozen=True)
class Onlookers:
    """Whom somebody met at roundtables, sat beside there, or was introduced to, by their numbers.

    Counted from confirmed seats and accepted introductions alone, all of which the person may
    know. A number that fell with each exception would tell where somebody else ever worked, and
    one that fell with each closed account who has left.
    """

    events: int = 0
    met: frozenset[int] = frozenset()
    beside: frozenset[int] = frozenset()
    introduced: frozenset[int] = frozenset()

    @classmethod
    def of(cls, delegate: Delegate) -> "Onlookers":
        """Those of this delegate, in three queries."""
        own = {
            (row.event_id, row.organisation.constituency)
            for row in delegate.participations.confirmed().select_related("organisation")
        }
        events = {event for event, _constituency in own}
        seats = (
            Participation.objects.confirmed()
            .filter(event__in=events, delegate__erased_at=None)
            .exclude(delegate=delegate)
            .select_related("organisation")
        )
        met, beside = set(), set()
        for seat in seats:
            met.add(seat.delegate_id)
            side = seat.organisation.constituency
            if side != Constituency.OTHER and (seat.event_id, side) in own:
                beside.add(seat.delegate_id)
        pairs = Introduction.objects.accepted().of(delegate).values_list("first", "second")
        introduced = {number for pair in pairs for number in pair} - {delegate.pk}
        return cls(len(events), frozenset(met), frozenset(beside), frozenset(introduced))

    def words(
        self, audience: str, *exceptions: Iterable[AudienceException], listed_to: str = ""
    ) -> str:
        """Who is inside, as "43 participants of 2 roundtables; not Government of X".

        A channel names the audience of its listing, without which nobody sees it.
        """
        if audience == Audience.ONLY_ME:
            return _("Nobody but you.")
        if listed_to == Audience.ONLY_ME:
            return _("Nobody but you, as long as you are listed to nobody.")
        said = self._inside(audience, *exceptions)
        if listed_to in ("", Audience.EVERYONE, audience):
            return said
        return _("%(people)s Of these, only who may see that you are listed.") % {"people": said}

    def _inside(self, audience: str, *exceptions: Iterable[AudienceException]) -> str:
        if audience == Audience.EVERYONE:
            return _("Anyone who opens this site, search engines and every government included.")
        names = sorted({name_of(row) for each in exceptions for row in each})
        if not names:
            return f"{self._sentence(audience)}."
        values = {"people": self._sentence(audience), "names": ", ".join(names)}
        return _("%(people)s; not %(names)s.") % values

    def _sentence(self, audience: str) -> str:
        introduced = ngettext(
            "%(number)d person introduced to you",
            "%(number)d people introduced to you",
            len(self.introduced),
        ) % {"number": len(self.introduced)}
        if audience == Audience.INTRODUCED or not self.events:
            return introduced
        roundtables = ngettext("one roundtable", "%(number)d roundtables", self.events) % {
            "number": self.events
        }
        if audience == Audience.CONSTITUENCY:
            people = self.beside
            sentence = ngettext(
                "%(number)d participant of %(roundtables)s who sat with your side",
                "%(number)d participants of %(roundtables)s who sat with your side",
                len(people),
            )
        else:
            people = self.met
            sentence = ngettext(
                "%(number)d participant of %(roundtables)s",
                "%(number)d participants of %(roundtables)s",
                len(people),
            )
        said = sentence % {"number": len(people), "roundtables": roundtables}
        if self.introduced <= people:
            return said
        return _("%(participants)s, and %(introduced)s") % {
            "participants": said,
            "introduced": introduced,
        }


def name_of(exception: AudienceException) -> str:
    """Whom an exception leaves out."""
    if exception.organisation:
        return exception.organisation.name
    if exception.country:
        return str(exception.country.name)
    return str(exception.get_constituency_display())
