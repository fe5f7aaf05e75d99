"""Previews of who would see something, for the person who chooses an audience."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

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
from participants.models.delegate import available_q


@dataclass(frozen=True)
class AudiencePreview:
    """Ids of the people in each audience of a person.

    Counts only people who could open the page on that day: who have joined, and whose participation
    opens details to them. It does not subtract people whom an exception excludes, because the
    difference would disclose where they worked.
    """

    event_count: int = 0
    fellow_participants: frozenset[int] = frozenset()
    same_constituency: frozenset[int] = frozenset()
    introduced: frozenset[int] = frozenset()

    @classmethod
    def of(cls, delegate: Delegate, on: date) -> "AudiencePreview":
        own_constituencies = {
            (row.event_id, row.organisation.constituency)
            for row in delegate.participations.confirmed().select_related("organisation")
        }
        events = {event for event, _constituency in own_constituencies}
        participations = (
            Participation.objects.confirmed()
            .seeing_details(on)
            .filter(event__in=events, delegate__user__is_active=True)
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
        present = Delegate.objects.filter(available_q(), user__is_active=True, pk__in=introduced)
        introduced = set(present.values_list("pk", flat=True))
        return cls(
            len(events),
            frozenset(fellow_participants),
            frozenset(same_constituency),
            frozenset(introduced),
        )

    def describe(
        self, audience: str, *exceptions: Iterable[AudienceException], listed_to: str = ""
    ) -> str:
        """The audience in words, such as "43 participants of 2 roundtables. Excluded: Thailand."

        For a channel, `listed_to` is the audience of the listing, which limits it.
        """
        if audience == Audience.ONLY_ME:
            return _("Only you.")
        if listed_to == Audience.ONLY_ME:
            return _("Only you, as long as no one else can see you in the directory.")
        sentence = self._describe_audience(audience, *exceptions)
        if listed_to in ("", Audience.EVERYONE, audience):
            return sentence
        limit = _("Of these people, only those who can see you in the directory can see this.")
        return f"{sentence} {limit}"

    def _describe_audience(self, audience: str, *exceptions: Iterable[AudienceException]) -> str:
        if audience == Audience.EVERYONE:
            return _("Anyone who opens this site, including search engines and every government.")
        names = sorted({exception_name(row) for each in exceptions for row in each})
        excluded = [_("Excluded: %(names)s.") % {"names": ", ".join(names)}] if names else []
        return " ".join([*self._count_sentences(audience), *excluded])

    def _count_sentences(self, audience: str) -> list[str]:
        if audience == Audience.INTRODUCED or not self.event_count:
            number = len(self.introduced)
            sentence = ngettext(
                "%(number)d person introduced to you.",
                "%(number)d people introduced to you.",
                number,
            )
            return [sentence % {"number": number}]
        is_constituency = audience == Audience.CONSTITUENCY
        people = self.same_constituency if is_constituency else self.fellow_participants
        sentences = [
            self._constituency_sentence(len(people))
            if is_constituency
            else self._participant_sentence(len(people))
        ]
        if not self.introduced <= people:
            # A person who is introduced and also took part is counted in both sentences.
            number = len(self.introduced)
            also = ngettext(
                "Also %(number)d person introduced to you.",
                "Also %(number)d people introduced to you.",
                number,
            )
            sentences.append(also % {"number": number})
        return sentences

    # No language has plurals of two numbers, so one roundtable has sentences of its own.

    def _participant_sentence(self, number: int) -> str:
        if self.event_count == 1:
            sentence = ngettext(
                "%(number)d participant of one roundtable.",
                "%(number)d participants of one roundtable.",
                number,
            )
        else:
            sentence = ngettext(
                "%(number)d participant of %(roundtables)d roundtables.",
                "%(number)d participants of %(roundtables)d roundtables.",
                number,
            )
        return sentence % {"number": number, "roundtables": self.event_count}

    def _constituency_sentence(self, number: int) -> str:
        if self.event_count == 1:
            sentence = ngettext(
                "%(number)d participant of one roundtable from your constituency.",
                "%(number)d participants of one roundtable from your constituency.",
                number,
            )
        else:
            sentence = ngettext(
                "%(number)d participant of %(roundtables)d roundtables from your constituency.",
                "%(number)d participants of %(roundtables)d roundtables from your constituency.",
                number,
            )
        return sentence % {"number": number, "roundtables": self.event_count}


def exception_name(exception: AudienceException) -> str:
    if exception.organisation:
        return exception.organisation.name
    if exception.country:
        return str(exception.country.name)
    return str(exception.get_constituency_display())
