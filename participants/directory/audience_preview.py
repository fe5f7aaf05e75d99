"""Previews of who would see something, for the person who chooses an audience."""

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
    """Ids of the people in each audience of a person.

    Counts only confirmed participations and accepted introductions, which the person may know
    about. A count that excludes exceptions or closed accounts would disclose where others worked or
    who has left.
    """

    event_count: int = 0
    fellow_participants: frozenset[int] = frozenset()
    same_constituency: frozenset[int] = frozenset()
    introduced: frozenset[int] = frozenset()

    @classmethod
    def of(cls, delegate: Delegate) -> "AudiencePreview":
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
        """The audience in words, such as "43 participants of 2 roundtables, but not Country X."

        For a channel, `listed_to` is the audience of the listing, which limits it.
        """
        if audience == Audience.ONLY_ME:
            return _("Only you.")
        if listed_to == Audience.ONLY_ME:
            return _("Only you, as long as no one else can see you in the directory.")
        sentence = self._describe_audience(audience, *exceptions)
        if listed_to in ("", Audience.EVERYONE, audience):
            return sentence
        return _("%(people)s Of these, only people who can see you in the directory.") % {
            "people": sentence
        }

    def _describe_audience(self, audience: str, *exceptions: Iterable[AudienceException]) -> str:
        if audience == Audience.EVERYONE:
            return _("Anyone who opens this site, including search engines and every government.")
        names = sorted({exception_name(row) for each in exceptions for row in each})
        if not names:
            return f"{self._count_sentence(audience)}."
        values = {"people": self._count_sentence(audience), "names": ", ".join(names)}
        return _("%(people)s, but not %(names)s.") % values

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
                "%(number)d participant of %(roundtables)s from your constituency",
                "%(number)d participants of %(roundtables)s from your constituency",
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
    if exception.organisation:
        return exception.organisation.name
    if exception.country:
        return str(exception.country.name)
    return str(exception.get_constituency_display())
