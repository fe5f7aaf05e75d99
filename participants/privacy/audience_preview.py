"""Previews of who would see something, for the person who chooses an audience."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.models import (
    Audience,
    AudienceException,
    Constituency,
    ContactChannel,
    Delegate,
    Grant,
    Introduction,
    Organisation,
    Participation,
)
from participants.models.delegate import available_q
from participants.privacy.audience_choice import audience_name, own_constituency
from participants.privacy.audiences import (
    EventConstituency,
    ExceptionSet,
    ProfileOwner,
    Viewer,
    get_viewers,
    hypothetical_viewer,
)
from participants.privacy.visibility import (
    Profile,
    current_affiliations,
    listed_to,
    profile_owner,
    profiles_seen_by,
)


@dataclass(frozen=True)
class View:
    """What some people of a group see, and whether all of them do."""

    profile: Profile
    sentence: str


@dataclass(frozen=True)
class GroupPreview:
    """What each of the people in a group sees, most people first."""

    number: int
    views: tuple[View, ...]
    # if there is no one in the group yet: what its first person would see
    hypothetical: Profile | None = None
    is_upper_limit: bool = False

    @property
    def answer(self) -> str:
        """In one sentence, whether they see what is shown first."""
        if not self.number:
            return _("No one sees this. There is no one in this group yet.")
        if not self.views:
            return _("No one in this group sees you in the directory.")
        return self.views[0].sentence


@dataclass(frozen=True)
class AudiencePreview:
    """The real people in each audience of a person: who can sign in and open the page on that day.

    What they see must tell the person nothing that the person cannot see elsewhere: otherwise
    anyone could exclude one organisation after the other, and read who ever worked there. So the
    rules are applied to what the person may know of these people: the workplaces of those who are
    listed to the person, the constituency that both shared at a roundtable, and who confirmed such
    a participation. Who may see less, because of other work or because governments show first, is
    not known, and the page says "at most". "No one", and what is said without "at most", is exact.
    """

    person: Delegate
    on: date

    @cached_property
    def owner(self) -> ProfileOwner:
        participations = Participation.objects.confirmed().select_related("organisation")
        own = Delegate.objects.prefetch_related(Prefetch("participations", participations))
        return profile_owner(own.get(pk=self.person.pk))

    @cached_property
    def own(self) -> Viewer:
        return get_viewers(Delegate.objects.filter(pk=self.person.pk), self.on)[self.person.pk]

    @cached_property
    def constituency(self) -> Constituency | None:
        return own_constituency(self.person)

    @cached_property
    def _exceptions(self) -> list[AudienceException]:
        return list(self.person.exceptions.select_related("organisation"))

    @cached_property
    def _introduced(self) -> frozenset[int]:
        return _introduced_to(self.person)

    @cached_property
    def viewers(self) -> dict[int, Viewer]:
        owner, introduced = self.owner, self._introduced
        took_part = (
            Participation.objects.confirmed()
            .select_related("organisation")
            .seeing_details(self.on)
            .filter(event__in=owner.events)
        )
        others = Delegate.objects.filter(
            Q(pk__in=took_part.values("delegate")) | Q(pk__in=introduced), user__is_active=True
        ).exclude(pk=self.person.pk)
        # The rules about them are asked of each source of facts, so who they are is asked before.
        ids = list(others.values_list("pk", flat=True))
        people = Delegate.objects.filter(pk__among=ids)
        workplaces = _visible_workplaces(self.own, people, self.on)
        shared: dict[int, set[EventConstituency]] = {}
        for part in took_part:
            pair = (part.event_id, part.organisation.constituency.value)
            shared.setdefault(part.delegate_id, set()).add(pair)
        listing = ExceptionSet.of(row for row in self._exceptions if not row.channel_id)
        viewers = {}
        for number, viewer in get_viewers(people, self.on).items():
            pairs = shared.get(number, set()) & owner.event_constituencies
            viewer = _as_known(viewer, owner.events, pairs, workplaces.get(number))
            if number in introduced and not listing.includes(viewer):
                viewer = replace(viewer, introduced=frozenset({owner.delegate}))
            viewers[number] = viewer
        return viewers

    @cached_property
    def is_upper_limit(self) -> bool:
        shared = self.person.channels.values_list("audience", flat=True)
        audiences = {self.person.listed_to, *shared}
        return (
            bool(self._exceptions)
            or Audience.CONSTITUENCY in audiences
            or (Audience.PARTICIPANTS in audiences and self.owner.is_of_civil_society)
        )

    def name(self, audience: str) -> str:
        return audience_name(audience, self.constituency)

    @property
    def event_count(self) -> int:
        return len(self.owner.events)

    def group(self, role: str) -> list[Viewer]:
        """Each person is in one group: "introduced", else "constituency", else "participant"."""
        people = sorted(self.viewers)
        return [self.viewers[number] for number in people if self._role(number) == role]

    def _role(self, number: int) -> str:
        if number in self._introduced:
            return "introduced"
        viewer = self.viewers[number]
        if viewer.event_constituencies:
            return "constituency"
        return "participant" if viewer.events else ""

    def preview(self, role: str) -> GroupPreview:
        viewers = self.group(role)
        if not viewers:
            made_up = hypothetical_viewer(self.own, role)
            (profile,) = profiles_seen_by([made_up], self.person, self.on)
            return GroupPreview(0, (), profile)
        profiles = Counter(profiles_seen_by(viewers, self.person, self.on))
        views = (
            View(profile, self._share_sentence(is_everyone=number == len(viewers)))
            for profile, number in profiles.most_common()
            if profile
        )
        return GroupPreview(len(viewers), tuple(views), is_upper_limit=self.is_upper_limit)

    def _share_sentence(self, *, is_everyone: bool) -> str:
        if self.is_upper_limit:
            return _("People in this group see this at most.")
        if is_everyone:
            return _("Everyone in this group sees this.")
        return _("Some people in this group see this.")

    def describe(
        self,
        audience: str,
        *exceptions: Iterable[AudienceException],
        listed_to: str = "",
        edits_listing: bool = False,
    ) -> str:
        """The audience in words, such as "Participants of your roundtable. Excluded: Thailand."

        Without numbers: whoever has a list would know how many people are not in it.

        For a channel, `listed_to` is the audience of the listing, which limits it. A form that
        `edits_listing` too has sentences that stay true afterwards.
        """
        if audience == Audience.ONLY_ME:
            return _("Only you.")
        if listed_to == Audience.ONLY_ME and not edits_listing:
            return _("No one sees this yet, because no one can see you in the directory.")
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
        return " ".join([*self._sentences(audience), *excluded])

    def _sentences(self, audience: str) -> list[str]:
        introduced = _("People introduced to you.")
        if audience == Audience.INTRODUCED:
            return [introduced]
        is_constituency = audience == Audience.CONSTITUENCY
        if not self.event_count:
            later = _("From when the co-chairs confirm your participation, participants too.")
            if is_constituency:
                later = _(
                    "From when the co-chairs confirm your participation, participants of your "
                    "constituency too."
                )
            return [introduced, later]
        also = _("Also people introduced to you.")
        if is_constituency:
            sentence = ngettext(
                "Participants of your roundtable from your constituency.",
                "Participants of your roundtables from your constituency.",
                self.event_count,
            )
            return [sentence, also]
        sentence = ngettext(
            "Participants of your roundtable.",
            "Participants of your roundtables.",
            self.event_count,
        )
        if self.owner.is_of_civil_society:
            first = _(
                "Delegates of governments only while civil society can see a work contact of "
                "theirs."
            )
            return [sentence, first, also]
        return [sentence, also]

    def describe_group(self, role: str) -> str:
        if role == "participant":
            return _(
                "Participants of your roundtables who are not of your constituency, and were not "
                "introduced to you."
            )
        if role == "constituency":
            return _("Participants of your constituency who were not introduced to you.")
        return _("People introduced to you.")


def count_cochairs(delegate: Delegate, on: date) -> int:
    """Of the roundtables that the person took part in; not the person."""
    events = delegate.participations.confirmed().values("event")
    grants = Grant.objects.active(on).filter(role=Grant.Role.COCHAIR, event__in=events)
    others = grants.filter(user__is_active=True).exclude(user=delegate.user)
    return others.order_by().values("user").distinct().count()


def _introduced_to(delegate: Delegate) -> frozenset[int]:
    # Who hides or excludes this person looks absent to them. Whom this person excludes is kept
    # here, because the difference would tell where they worked.
    rows = Introduction.objects.accepted().of(delegate).not_excluding(delegate)
    pairs = rows.filter(available_q("first__"), available_q("second__"))
    numbers = {number for pair in pairs.values_list("first", "second") for number in pair}
    return frozenset(numbers - {delegate.pk})


def _visible_workplaces(
    own: Viewer, people: QuerySet[Delegate], on: date
) -> dict[int, list[Organisation]]:
    """Of those who are listed to this person."""
    ids = list(listed_to(own).filter(pk__in=people).values_list("pk", flat=True))
    found: dict[int, list[Organisation]] = {number: [] for number in ids}
    for row in current_affiliations(on).filter(delegate__pk__among=ids):
        found[row.delegate_id].append(row.organisation)
    return found


def _as_known(
    viewer: Viewer,
    events: frozenset[int],
    shared: set[EventConstituency],
    workplaces: list[Organisation] | None,
) -> Viewer:
    """The facts about this viewer that the owner of the profile may know.

    `shared` are the constituencies in which both took part; no `workplaces` if not listed to them.
    """
    shared = {pair for pair in shared if pair[1] != Constituency.OTHER}
    organisations = workplaces or []
    current = {row.constituency.value for row in organisations} - {Constituency.OTHER.value}
    return Viewer(
        delegate=viewer.delegate,
        signed_in=True,
        events=viewer.events & events,
        event_constituencies=frozenset(pair for pair in shared if current <= {pair[1]}),
        # Otherwise, the confirmers would tell the constituency of the person.
        confirmed_by=viewer.confirmed_by if shared or workplaces is not None else frozenset(),
        organisations=frozenset(row.pk for row in organisations),
        governments=frozenset(row.government for row in organisations if row.government),
        countries=frozenset(row.country.code for row in organisations if row.country),
        constituencies=frozenset(
            {row.constituency.value for row in organisations} | {word for _event, word in shared}
        ),
    )


def exception_name(exception: AudienceException) -> str:
    if exception.organisation:
        return exception.organisation.name
    if exception.country:
        return str(exception.country.name)
    return str(exception.get_constituency_display())


def sharing_sentences(
    delegate: Delegate, channels: Iterable[ContactChannel], on: date, *, is_newly_listed: bool
) -> list[str]:
    """In words, who sees each of these channels, and the listing if it was just chosen."""
    preview = AudiencePreview(delegate, on)
    exceptions = list(delegate.exceptions.select_related("organisation"))
    listing = [row for row in exceptions if row.channel_id is None]
    sentences = []
    if is_newly_listed:
        who = preview.describe(delegate.listed_to, listing)
        sentences.append(_("Who can see you in the directory: %(who)s") % {"who": who})
    for row in channels:
        own = [each for each in exceptions if each.channel_id == row.pk]
        who = preview.describe(row.audience, own, listing, listed_to=delegate.listed_to)
        words = {"detail": row.get_kind_display(), "who": who}
        if (
            Audience.ONLY_ME in (row.audience, delegate.listed_to)
            or row.audience == Audience.EVERYONE
        ):
            sentences.append(_("%(detail)s: %(who)s") % words)
        else:
            sentences.append(_("%(detail)s: %(who)s No one else can see it.") % words)
    return sentences
