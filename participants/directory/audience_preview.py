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
class AudiencePreview:
    """Whom somebody met at roundtables, sat beside there, or was introduced to, by their numbers.

    Counted from confirmed seats and accepted introductions alone, all of which the person may
    know. A number that fell with each exception would tell where somebody else ever worked, and
    one that fell with each closed account who has left.
    """

    event_count: int = 0
    fellow_participants: frozenset[int] = frozenset()
    same_constituency: frozenset[int] = frozenset()
    introduced: frozenset[int] = frozenset()

    @classmethod
    def of(cls, delegate: Delegate) -> "AudiencePreview":
        """Those of this delegate, in three queries."""
        own_constituencies = {
            (row.event_id, row.organisation.constituency)
            for row in delegate.participations.confirmed().select_related("organisation")
        }
        events = {event for event, _constituency in own_constituencies}
        participations = (
            Participation.objects.confirmed()
            .filter(event__in=events, delegate__erased_at=None)
            .exclude(delegate=delegate)
            .select_related("organisation")
        )
        fellow_participants, same_constituency = set(), set()
        for participation in participations:
            fellow_participants.add(participation.delegate_id)
            constituency = participation.organisation.constituency
            if (
                constituency != Constituency.OTHER
                and (participation.event_id, constituency) in own_constituencies
            ):
                same_constituency.add(participation.delegate_id)
        pairs = Introduction.objects.accepted().of(delegate).values_list("first", "second")
        introduced = {number for pair in pairs for number in pair} - {delegate.pk}
        return cls(
            len(events),
            frozenset(fellow_participants),
            frozenset(same_constituency),
            frozenset(introduced),
        )

    def describe(
        self, audience: str, *exceptions: Iterable[AudienceException], listed_to: str = ""
    ) -> str:
        """Who is inside, as "43 participants of 2 roundtables; not Government of X".

        A channel names the audience of its listing, without which nobody sees it.
        """
        if audience == Audience.ONLY_ME:
            return _("Nobody but you.")
        if listed_to == Audience.ONLY_ME:
            return _("Nobody but you, as long as you are listed to nobody.")
        sentence = self._describe_audience(audience, *exceptions)
        if listed_to in ("", Audience.EVERYONE, audience):
            return sentence
        return _("%(people)s Of these, only who may see that you are listed.") % {
            "people": sentence
        }

    def _describe_audience(self, audience: str, *exceptions: Iterable[AudienceException]) -> str:
        if audience == Audience.EVERYONE:
            return _("Anyone who opens this site, search engines and every government included.")
        names = sorted({exception_name(row) for each in exceptions for row in each})
        if not names:
            return f"{self._count_sentence(audience)}."
        values = {"people": self._count_sentence(audience), "names": ", ".join(names)}
        return _("%(people)s; not %(names)s.") % values

    def _count_sentence(self, audience: str) -> str:
        introduced = ngettext(
            "%(number)d person introduced to you",
            "%(number)d people introduced to you",
            len(self.introduced),
        ) % {"number": len(self.introduced)}
        if audience == Audience.INTRODUCED or not self.event_count:
            return introduced
        roundtables = ngettext("one roundtable", "%(number)d roundtables", self.event_count) % {
            "number": self.event_count
        }
        if audience == Audience.CONSTITUENCY:
            people = self.same_constituency
            sentence = ngettext(
                "%(number)d participant of %(roundtables)s who sat with your side",
                "%(number)d participants of %(roundtables)s who sat with your side",
                len(people),
            )
        else:
            people = self.fellow_participants
            sentence = ngettext(
                "%(number)d participant of %(roundtables)s",
                "%(number)d participants of %(roundtables)s",
                len(people),
            )
        participants = sentence % {"number": len(people), "roundtables": roundtables}
        if self.introduced <= people:
            return participants
        return _("%(participants)s, and %(introduced)s") % {
            "participants": participants,
            "introduced": introduced,
        }


def exception_name(exception: AudienceException) -> str:
    """Whom an exception leaves out."""
    if exception.organisation:
        return exception.organisation.name
    if exception.country:
        return str(exception.country.name)
    return str(exception.get_constituency_display())
