"""A portal in which every text that could leak is a word of its own, and who searches it all.

A canary is a word such as zq-quiet-post: whose it is, and what. If a response contains one,
that text has leaked, unless the table in test_privacy.py lets that reader have it.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from outcomes.changes.subscriptions import unsubscribe_url_for
from outcomes.exports.formats import FORMATS
from outcomes.exports.packages import PACKAGES
from outcomes.models import (
    Circulation,
    Commitment,
    CommitmentParty,
    EditorialState,
    Evidence,
    ImplementationStatus,
    Offer,
    Outcome,
    StatementVersion,
    Theme,
)
from outcomes.models.version import save_version
from outcomes.site.sitemaps import SITEMAPS
from outcomes.urls import LIST_FILES
from participants.accounts import emails
from participants.models import (
    Affiliation,
    Audience,
    ConsentNotice,
    Constituency,
    ContactChannel,
    Delegate,
    EventRole,
    Group,
    Introduction,
    InvitationRequest,
    Organisation,
    OrganisationKind,
    Participation,
    Proposal,
    RecordedCount,
    User,
)
from participants.models.channels import ChannelKind
from participants.privacy import retention
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_account_change,
    make_addressee,
    make_affiliation,
    make_channel,
    make_commitment,
    make_consent,
    make_delegate,
    make_document,
    make_event,
    make_evidence,
    make_exception,
    make_grant,
    make_group,
    make_introduction,
    make_invitation,
    make_invitation_request,
    make_letter,
    make_notice,
    make_organisation,
    make_outcome,
    make_participation,
    make_party,
    make_proposal,
    make_role,
    make_series,
    make_statement,
    make_theme,
    make_update,
    make_user,
    save,
)
from tests.follow_up_factories import (
    make_assessment,
    make_milestone,
    make_related_text,
    make_response,
)
from tests.page_text import pdf_text
from tests.silence_procedure import (
    make_circulation,
    make_corrigendum,
    make_reply,
    make_rewording,
    make_version,
)
from tests.test_urls import FORMER_FOLDERS, MAP
from tests.url_patterns import page_paths

# Everyone who has a word in each field, with `listed_to`.
PEOPLE = {
    "open": Audience.EVERYONE,
    "inside": Audience.PARTICIPANTS,
    "quiet": Audience.ONLY_ME,
    "later": Audience.INTRODUCED,
    "bench": Audience.CONSTITUENCY,
    "waiting": Audience.PARTICIPANTS,  # no one has confirmed that this person took part
    "elsewhere": Audience.PARTICIPANTS,  # at the other roundtable
    "closed": Audience.EVERYONE,  # can no longer sign in
    "imported": Audience.ONLY_ME,  # has never signed in
    "wary": Audience.PARTICIPANTS,  # leaves governments out, and one organisation of one channel
    "met": Audience.INTRODUCED,  # to the delegate, and both accepted
    "pending": Audience.INTRODUCED,  # was asked by the delegate, and has not answered
    "protected": Audience.INTRODUCED,  # and introduced to the focal point
    "paused": Audience.EVERYONE,  # hides everything now
    "withdrew": Audience.ONLY_ME,  # agrees no longer
}
CARD = ["name", "latin", "post"]
PROFILE = [*CARD, "about", "desk"]
CHANNELS = ["onlyme", "introd", "constit", "partic", "phone", "everyone"]
NEVER_SHOWN = ["invite", "signin", "hideout", "delegation", "capacity", "former"]
NEVER_SHOWN += ["proposed", "line"]
NUMBERS = {key: f"+62215555{number:04}" for number, key in enumerate(PEOPLE, start=101)}

EVENT_TEXTS = [
    "title",
    "series",
    "city",
    "venue",
    "summary",
    "source",
    "sourceurl",
    "statement",
    "introduction",
    "stsource",
    "leadin",
    "point",
    "place",
    "group",
    "commitment",
    "coplace",
    "update",
    "obstacles",
    "next",
    "reason",
    "upsource",
    "response",
    "assessment",
    "assource",
    "milestone",
    "related",
    "relatedurl",
    "relatedquote",
    "relatedsource",
    "evidence",
    "evidenceurl",
    "document",
    "publisher",
    "documenturl",
    "organisation",
    "short",
    "description",
    "mailbox",
    "ministry",
    "wording",
    "wordingsource",
    "counted",
]


def canaries_of(whose: str, *fields: str) -> set[str]:
    """The canaries of one person or roundtable."""
    return {f"zq-{whose}-{field}" for field in fields}


CANARIES = (
    {canary for key in PEOPLE for canary in canaries_of(key, *PROFILE, *CHANNELS, *NEVER_SHOWN)}
    - canaries_of("imported", "signin")  # who has never signed in has no such address
    | {canary for key in ("event", "other", "hush") for canary in canaries_of(key, *EVENT_TEXTS)}
    | canaries_of("hush", "slug")
    | {"zqhush"}  # the code of the hidden roundtable, which begins each of its references
    | canaries_of(
        "draft", "statement", "introduction", "leadin", "point", "place", "group", "reply"
    )
    | canaries_of("corrigendum", "reason", "after")
    | canaries_of("pending", "message")  # of the delegate who asked
    | canaries_of(
        "quiet", "message", "leftout", "notice"
    )  # of a co-chair; an exception; what was agreed to
    | canaries_of("quiet", "newaddress", "newreason")  # requested by a co-chair
    | canaries_of("imported", "invited")  # where the invitation went
    # Of who asks to be invited, or is nominated.
    | canaries_of("request", "name", "organisation", "email", "note", "post", "capacity")
    | canaries_of("invitation", "words")
    | canaries_of(
        "update", "draft", "submitted", "changerequested", "private", "privateurl", "unready"
    )
    | canaries_of("assessment", "draft", "submitted")
    | canaries_of("response", "draft", "submitted")
)


def search_term(canary: str) -> str:
    """What one would type to find the canary."""
    _zq, whose, field = (*canary.split("-"), "", "")[:3]
    return NUMBERS[whose] if field == "phone" else canary


CANARY_PATTERN = re.compile(
    "|".join(sorted((re.escape(search_term(c)) for c in CANARIES), reverse=True))
)
CANARY_OF = {search_term(canary): canary for canary in CANARIES}


def find_canaries(text: str) -> set[str]:
    """The canaries in an answer, however it is escaped, folded or grouped."""
    text = unescape(text).lower().replace("\r\n ", "")
    found = {CANARY_OF[sign] for sign in CANARY_PATTERN.findall(text)}
    # A phone number is shown as +62 21 5555 0101.
    together = re.sub(r"(?<=[+0-9]) (?=[0-9])", "", text)
    return found | {CANARY_OF[sign] for sign in CANARY_PATTERN.findall(together)}


def response_text(answer: Any) -> str:
    """All that is sent: status, headers, cookies, body; of an archive what is packed in it."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    # A result of the search marks the words that were typed.
    body = re.sub(r"</?mark>", "", file_text(answer.getvalue()))
    return f"{answer.status_code} {answer.reason_phrase}\r\n{headers}{answer.cookies}\r\n{body}"


def file_text(content: bytes) -> str:
    """The text of a file, or of all that an archive, a workbook or a PDF holds."""
    if content.startswith(b"%PDF-"):
        return pdf_text(content)
    if content.startswith((b"SQLite format 3\0", b"\x89PNG")):
        return content.decode(errors="replace")
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(name + file_text(archive.read(name)) for name in archive.namelist())


def make_people(event: Event, other: Event, hidden_event: Event) -> None:
    """Everyone of PEOPLE, each with a word in each field."""
    by = make_user("confirms@example.org")
    for key, listed_to in PEOPLE.items():
        user = None if key == "imported" else make_user(f"zq-{key}-signin@example.org")
        person = make_delegate(
            name=f"zq-{key}-name",
            name_latin=f"zq-{key}-latin",
            post=f"zq-{key}-post",
            about=f"zq-{key}-about",
            invitation_email=f"zq-{key}-invite@example.org",
            listed_to=listed_to,
            user=user,
            is_protected=key == "protected",
            hidden_at=NOON if key == "paused" else None,
            **({"consented_at": None} if key == "withdrew" else {}),
        )
        where = other if key == "elsewhere" else event
        delegation = _hidden_organisation(hidden_event, f"zq-{key}-delegation")
        make_participation(
            person,
            where,
            confirmed=key != "waiting",
            **({} if key == "waiting" else {"confirmed_by": by}),
            organisation=delegation,
            capacity=f"zq-{key}-capacity",
            letter=make_letter(where, organisation=delegation),
            nomination=f"zq-{key}-line",
        )
        office = make_organisation(name=f"Office of {key}", slug=f"office-{key}")
        make_role(event, organisation=office)
        make_affiliation(person, organisation=office, post=f"zq-{key}-desk", since=date(2024, 1, 1))
        make_affiliation(
            person,
            organisation=_hidden_organisation(hidden_event, f"zq-{key}-hideout"),
            post="Staff",
        )
        make_affiliation(
            person, organisation=office, post=f"zq-{key}-former", until=date(2023, 12, 31)
        )
        if user:
            make_proposal(person, organisation=office, post=f"zq-{key}-proposed")
        _make_channels(person, key)
        if key == "closed":
            User.objects.filter(delegate=person).update(is_active=False)


def _hidden_organisation(hidden_event: Event, name: str) -> Organisation:
    organisation = make_organisation(name=name, slug=name)
    make_role(hidden_event, organisation=organisation)
    return organisation


def _make_channels(person: Delegate, key: str) -> None:
    for field, audience in zip(
        ["onlyme", "introd", "constit", "partic", "everyone"],
        [
            Audience.ONLY_ME,
            Audience.INTRODUCED,
            Audience.CONSTITUENCY,
            Audience.PARTICIPANTS,
            Audience.EVERYONE,
        ],
        strict=True,
    ):
        make_channel(person, value=f"zq-{key}-{field}@example.org", audience=audience)
    make_channel(person, kind=ChannelKind.PHONE, value=NUMBERS[key], audience=Audience.PARTICIPANTS)


def make_complete_event(key: str, theme: Theme, *, is_public: bool = True) -> Event:
    """A roundtable with a word in each text; `key` names it."""
    event = make_event(
        code=f"ZQ{key.upper()}",
        slug=f"zq-{key}-slug",
        title=f"zq-{key}-title",
        series=make_series(name=f"zq-{key}-series"),
        city=f"zq-{key}-city",
        country="TH",
        venue=f"zq-{key}-venue",
        summary=f"zq-{key}-summary",
        source_title=f"zq-{key}-source",
        source_url=f"https://example.org/zq-{key}-sourceurl",
        is_public=is_public,
    )
    organisation = make_organisation(
        slug=f"organisation-of-{key}",
        name=f"zq-{key}-organisation",
        short_name=f"zq-{key}-short",
        description=f"zq-{key}-description",
        role_mailbox=f"zq-{key}-mailbox@example.org",
        kind=OrganisationKind.GOVERNMENT,
        country={"event": "ID", "other": "AU"}.get(key, "NR"),
    )
    make_role(
        event,
        organisation=organisation,
        role=EventRole.Role.COCHAIR,
        represented_by=f"zq-{key}-ministry",
        source_wording=f"zq-{key}-wording",
        source=f"zq-{key}-wordingsource",
    )
    save(
        RecordedCount(
            event=event,
            kind=OrganisationKind.AGENCY,
            number=3,
            source_wording=f"zq-{key}-counted",
        )
    )
    make_document(
        event,
        title=f"zq-{key}-document",
        publisher=f"zq-{key}-publisher",
        url=f"https://example.org/zq-{key}-documenturl",
    )
    point = make_statement_texts(event, key, theme)
    make_commitment_texts(event, key, point, organisation)
    return event


def make_statement_texts(
    event: Event, key: str, theme: Theme, *, published: bool = True
) -> Outcome:
    """A statement with one lead-in and one point, which is returned."""
    statement = make_statement(
        event,
        points=0,
        published=False,
        title=f"zq-{key}-statement",
        introduction=f"zq-{key}-introduction",
        source_title=f"zq-{key}-stsource",
    )
    lead_in = statement.outcomes.get()
    lead_in.text = f"zq-{key}-leadin"
    lead_in.save()
    point = make_outcome(
        statement,
        parent=lead_in,
        text=f"zq-{key}-point",
        place_in_source=f"zq-{key}-place",
    )
    point.themes.add(theme)
    make_addressee(point, group=make_group(name=f"zq-{key}-group", slug=f"group-of-{key}"))
    if published:
        statement.publish(NOON)
    point.refresh_from_db()
    return point


def make_commitment_texts(
    event: Event, key: str, point: Outcome, party: Organisation
) -> Commitment:
    """A commitment under the point with an approved update and public evidence."""
    commitment = make_commitment(
        event,
        reference=f"{event.code}-C1",
        text=f"zq-{key}-commitment",
        place_in_source=f"zq-{key}-coplace",
        due_on=date(2030, 1, 1),
    )
    commitment.outcomes.add(point)
    make_party(commitment, organisation=party)
    make_party(commitment, group=Group.objects.get(slug=f"group-of-{key}"))
    update = make_update(
        commitment,
        text=f"zq-{key}-update",
        obstacles=f"zq-{key}-obstacles",
        next_steps=f"zq-{key}-next",
        reason=f"zq-{key}-reason",
        source=f"zq-{key}-upsource",
    )
    make_addressee(point, organisation=party)
    make_response(outcome=point, text=f"zq-{key}-response")
    make_assessment(commitment=commitment, text=f"zq-{key}-assessment", source=f"zq-{key}-assource")
    make_milestone(commitment=commitment, title=f"zq-{key}-milestone", due_on=date(2030, 1, 1))
    make_related_text(
        commitment=commitment,
        title=f"zq-{key}-related",
        url=f"https://example.org/zq-{key}-relatedurl",
        quote=f"zq-{key}-relatedquote",
        source=f"zq-{key}-relatedsource",
    )
    make_evidence(
        update, title=f"zq-{key}-evidence", url=f"https://example.org/zq-{key}-evidenceurl"
    )
    return commitment


def make_unpublished_updates(event: Event) -> None:
    """Updates in each editorial state that is not shown, and evidence that is not public."""
    commitment = event.commitments.get(reference=f"{event.code}-C1")
    shown = commitment.updates.get()
    make_evidence(
        shown,
        title="zq-update-private",
        url="https://example.org/zq-update-privateurl",
        is_public=False,
    )
    for state, word in (
        (EditorialState.DRAFT, "draft"),
        (EditorialState.SUBMITTED, "submitted"),
        (EditorialState.CHANGE_REQUESTED, "changerequested"),
    ):
        update = make_update(
            commitment,
            approved=False,
            text=f"zq-update-{word}",
            status=ImplementationStatus.FULFILLED,
            reported_on=date(2026, 1, 1),
        )
        if state != EditorialState.DRAFT:
            update.submit(at=NOON)
        if state == EditorialState.CHANGE_REQUESTED:
            update.request_change(note="zq-update-note", at=NOON)
    make_evidence(update, title="zq-update-unready")
    for state, word in ((EditorialState.DRAFT, "draft"), (EditorialState.SUBMITTED, "submitted")):
        assessment = make_assessment(
            commitment=commitment, approved=False, text=f"zq-assessment-{word}"
        )
        response = make_response(
            outcome=commitment.outcomes.all()[0], approved=False, text=f"zq-response-{word}"
        )
        if state != EditorialState.DRAFT:
            assessment.submit(at=NOON)
            response.submit(at=NOON)


def make_draft_statement(event: Event, theme: Theme) -> None:
    """A public roundtable whose statement no one has published; a public commitment answers it."""
    drafted = make_event(code="DRAFTED", slug="drafted", title="Drafted", series=event.series)
    point = make_statement_texts(drafted, "draft", theme, published=False)
    commitment = make_commitment(drafted, reference="DRAFTED-C1", text="Answers a draft")
    commitment.outcomes.add(point)
    # It goes round: two organisations of another roundtable were asked, and one has answered.
    circulation = make_circulation(make_version(point.statement))
    for row in event.roles.all():
        make_reply(circulation, organisation=row.organisation)
    answered = circulation.replies.all()[0]
    answered.answer, answered.text, answered.answered_at = "comment", "zq-draft-reply", NOON
    answered.save()


def make_pending_correction(event: Event) -> None:
    """What is published is being corrected, and no one knows how yet."""
    corrigendum = make_corrigendum(event.statement, reason="zq-corrigendum-reason")
    make_rewording(corrigendum, after="zq-corrigendum-after")
    make_circulation(
        save_version(
            event.statement.pk,
            corrigendum.canonical_text(),
            at=NOON,
            corrigendum_id=corrigendum.pk,
        )
    )


def link_hidden_and_public(event: Event, hidden_event: Event) -> None:
    """What is hidden answers what is public, and what is public answers what is hidden."""
    points = Outcome.objects.filter(parent__isnull=False)
    hidden_event.commitments.get().outcomes.add(points.get(statement__event=event))
    event.commitments.get(reference=f"{event.code}-C1").outcomes.add(
        points.get(statement__event=hidden_event)
    )
    # Both accepted; only those who may see that they are listed are told.
    commitment = event.commitments.get(reference=f"{event.code}-C1")
    make_party(commitment, organisation=make_organisation(name="Second party"))
    parties = commitment.parties.filter(group=None).order_by("pk")
    for party, key in zip(parties, ["inside", "quiet"], strict=True):
        party.request_focal_point(Delegate.objects.get(name=f"zq-{key}-name"))
        party.accept(NOON)


def make_portal() -> dict[str, User | None]:
    """The whole portal; who looks at it, by role."""
    theme = make_theme(slug="theme", name="Theme")
    event = make_complete_event("event", theme)
    other = make_complete_event("other", theme)
    hidden_event = make_complete_event("hush", theme, is_public=False)
    make_people(event, other, hidden_event)
    make_unpublished_updates(event)
    make_draft_statement(event, theme)
    make_pending_correction(event)
    link_hidden_and_public(event, hidden_event)
    return make_readers(event, other)


def make_readers(event: Event, other: Event) -> dict[str, User | None]:
    """People with no word of their own, save the owner, who is one of PEOPLE."""
    readers: dict[str, User | None] = {"nobody": None}
    for role, listed_to, where in (
        ("delegate", Audience.EVERYONE, event),
        ("quiet delegate", Audience.ONLY_ME, event),
        ("focal point", Audience.PARTICIPANTS, event),
        ("outsider", Audience.PARTICIPANTS, other),
        ("unconfirmed", Audience.PARTICIPANTS, event),
    ):
        person = make_delegate(name=role.title(), listed_to=listed_to)
        # These sit with civil society, as do those whom they look at, save two.
        is_government = role in ("quiet delegate", "outsider")
        kind = OrganisationKind.GOVERNMENT if is_government else OrganisationKind.CIVIL_SOCIETY
        make_participation(
            person,
            where,
            confirmed=role != "unconfirmed",
            organisation=make_organisation(kind=kind),
        )
        readers[role] = person.user
        if role == "focal point":
            commitment = make_commitment(event, reference=f"{event.code}-C2", text="Asked")
            party = make_party(commitment)
            party.request_focal_point(person)
            party.accept(NOON)
    cochair = readers["co-chair"] = make_user("cochair@example.org")
    make_grant(cochair, event)
    readers["operator"] = make_user("operator@example.org", is_superuser=True)
    readers["owner"] = Delegate.objects.get(name="zq-quiet-name").user
    make_personal_choices(event, readers)
    return readers


def make_personal_choices(event: Event, readers: dict[str, User | None]) -> None:
    """Whom people leave out, were introduced to, and agreed to; who is invited and who asks."""
    person = {key: Delegate.objects.get(name=f"zq-{key}-name") for key in PEOPLE}
    reader = {
        role: Delegate.objects.get(user=readers[role]) for role in ("delegate", "focal point")
    }
    make_exception(person["wary"], constituency=Constituency.GOVERNMENTS)
    focal_office = reader["focal point"].participations.get().organisation
    phone = person["wary"].channels.get(kind=ChannelKind.PHONE)
    make_exception(person["wary"], channel=phone, organisation=focal_office)
    make_exception(
        person["quiet"],
        organisation=make_organisation(name="zq-quiet-leftout", kind=OrganisationKind.AGENCY),
    )
    make_introduction(person["met"], reader["delegate"])
    # She excludes him, so it is not in force.
    make_introduction(person["wary"], Delegate.objects.get(user=readers["quiet delegate"]))
    make_introduction(reader["focal point"], person["protected"])
    make_introduction(
        reader["delegate"],
        person["pending"],
        accepted=False,
        first_accepted_at=NOON,
        message="zq-pending-message",
    )
    make_introduction(
        person["quiet"],
        person["inside"],
        accepted=False,
        proposed_by=readers["co-chair"],
        message="zq-quiet-message",
    )
    assert person["quiet"].user is not None
    make_account_change(
        person["quiet"].user,
        email="zq-quiet-newaddress@example.org",
        reason="zq-quiet-newreason",
    )
    make_consent(person["quiet"], notice=make_notice(text="zq-quiet-notice"))
    make_invitation(
        person["imported"],
        event,
        email="zq-imported-invited@example.org",
        own_words="zq-invitation-words",
    )
    make_invitation_request(
        event,
        name="zq-request-name",
        organisation="zq-request-organisation",
        email="zq-request-email@example.org",
        note="zq-request-note",
        post="zq-request-post",
        capacity="zq-request-capacity",
        nominated_by=person["open"].user,
        nominated_for=make_organisation(name="Nominating Office"),
    )


# Tokens that no one can guess, and keys that no one here has.
WITHOUT_OBJECTS = (
    "open-link",
    "secret-calendar",
    *(f"former-{name}-link" for name in FORMER_FOLDERS),
    "report-by-link",
    "proposal-by-link",
    "invitation",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
)
VIEWERS = ("visitor", "participant", "constituency", "introduced", "cochair")


def all_paths(step: int = 1) -> list[str]:
    """Every address that answers a GET, for each object there is, and every filter.

    With a step, each address still, but of many objects, and of the filters, the first of so many.
    """
    found = []
    for name, pattern in page_paths().items():
        if name in BY_OBJECT:
            objects = BY_OBJECT[name]()
            found += objects[:: step if len(objects) > 2 * step else 1]
        else:
            # The path of the map is about no object here.
            assert "<" not in pattern or name in WITHOUT_OBJECTS, name
            found.append(MAP[name].path)
    return [*found, *list(_filtered())[::step], "/nothing/", "/admin/"]


def handles() -> list[str]:
    return list(Delegate.objects.order_by("pk").values_list("handle", flat=True))


def _outcomes() -> Iterator[str]:
    for outcome in Outcome.objects.select_related("statement__event"):
        number = outcome.number or ("1.a" if outcome.parent_id else "1")
        yield f"/outcomes/{outcome.statement.event.slug}/{number}/"


def _feeds_and_files(name: str) -> dict[str, Callable[[], list[str]]]:
    """Feed, calendar and files of each object that has a page."""

    def beside(ending: str) -> Callable[[], list[str]]:
        return lambda: [path.removesuffix("/") + ending for path in BY_OBJECT[name]()]

    kind = name.removesuffix("-detail")
    return {
        f"{kind}-feed": beside(".atom"),
        f"{kind}-calendar": beside(".ics"),
        f"{kind}-record": beside(".json"),
        f"{kind}-bibtex": beside(".bib"),
        f"{kind}-reports": beside("/reports.json"),
        f"{kind}-responses": beside("/responses.json"),
        f"{kind}-image": beside(".png"),
    }


def _each_ending(path: str, endings: Iterable[str]) -> list[str]:
    return [f"{path}.{ending}" for ending in endings]


def _with_account() -> QuerySet[Delegate]:
    return Delegate.objects.filter(user__isnull=False).order_by("pk")


def _path(url: str) -> str:
    return urlsplit(url).path


def _each(path: str, find: Callable[[], Iterable[Any]]) -> Callable[[], list[str]]:
    """The address of each row that is found when it is asked for."""
    return lambda: [path.format(row=row) for row in find()]


def _points() -> list[dict[str, str]]:
    """Where each published point is."""
    points = Outcome.objects.points().published().select_related("statement__event")
    return [{"slug": row.statement.event.slug, "number": row.number or "1.a"} for row in points]


def _seventh(model: Any) -> Callable[[], Iterable[Any]]:
    return lambda: model.objects.all()[::7]


BY_OBJECT: dict[str, Callable[[], list[str]]] = {
    "event-detail": _each("/roundtables/{row.slug}/", Event.objects.all),
    # The URL that a visitor requests is part of the redirect to the sign-in page.
    "event-brief": _each("/roundtables/{row.slug}/brief/", Event.objects.published),
    "event-brief-pdf": _each("/roundtables/{row.slug}/brief.pdf", Event.objects.published),
    "statement-text": _each("/roundtables/{row.slug}/statement.txt", Event.objects.all),
    "statement-version": _each(
        "/roundtables/{row.statement.event.slug}/statement-{row.number}.txt",
        StatementVersion.objects.select_related("statement__event").all,
    ),
    "my-circulation": _each("/me/texts/{row.pk}/", Circulation.objects.all),
    "outcome-detail": lambda: list(_outcomes()),
    "commitment-detail": lambda: [
        f"/commitments/{row.reference.lower()}/" for row in Commitment.objects.all()
    ],
    "organisation-detail": _each("/organisations/{row.slug}/", Organisation.objects.all),
    "delegate-detail": _each("/directory/{row}/", handles),
    "delegate-vcard": _each("/directory/{row}.vcf", handles),
    "delegate-reveal": _each("/directory/{row}/show/", handles),
    "request-introduction": _each("/directory/{row}/introduce/", handles),
    "focal-point-request": _each("/me/commitments/{row.pk}/", CommitmentParty.objects.all),
    "my-response": _each("/me/answers/{row[slug]}/{row[number]}/", _points),
    "evidence-file": _each("/evidence/{row.key}/", Evidence.objects.all),
    "report-as-member": _each(
        "/me/commitments/{row.commitment.reference}/for/agency/",
        CommitmentParty.objects.published().exclude(group=None).all,
    ),
    "recorded-texts": _each("/me/commitments/{row.pk}/recorded/", CommitmentParty.objects.all),
    "join-request": _each("/me/commitments/joins/{row.pk}/", Offer.objects.all),
    "my-proposal": _each("/me/commitments/{row.pk}/proposal/", CommitmentParty.objects.all),
    "report": _each("/me/commitments/{row.pk}/report/", CommitmentParty.objects.all),
    "my-offer": _each("/me/offers/{row.pk}/", Offer.objects.all),
    "new-statement-offer": _each("/me/offers/new/{row.slug}/", Event.objects.published),
    "new-offer": _each("/me/offers/new/{row[slug]}/{row[number]}/", _points),
    "join-commitment": lambda: [
        f"/me/offers/join/{row.reference.lower()}/" for row in Commitment.objects.published()
    ],
    "my-assessment": lambda: [
        f"/me/assessments/{row.reference.lower()}/" for row in Commitment.objects.published()
    ],
    "my-consent-notice": _each(
        "/me/consent/{row.version}/{row.language}/", ConsentNotice.objects.all
    ),
    "my-channel-audience": _each("/me/audience/{row.handle}/", _seventh(ContactChannel)),
    "withdraw-nomination": _each(
        "/me/nominations/{row.pk}/withdraw/", InvitationRequest.objects.all
    ),
    "answer-proposal": _each("/me/entries/{row.handle}/", Proposal.objects.all),
    "answer-merge": _each("/me/entries/{row.handle}/merge/", Proposal.objects.all),
    "remove-workplace": _each("/me/workplaces/{row.key}/", _seventh(Affiliation)),
    "leave-roundtable": _each("/me/roundtables/{row.key}/", _seventh(Participation)),
    "answer-introduction": _each("/me/introductions/{row.handle}/", Introduction.objects.all),
    # Links from emails work for every person who has one.
    "hide-by-link": lambda: [
        _path(emails.hide_url(row, timezone.now())) for row in _with_account()
    ],
    "review-by-link": lambda: [
        _path(retention.review_url(row, timezone.now())) for row in _with_account()
    ],
    "unsubscribe-by-link": lambda: [
        _path(unsubscribe_url_for(row, timezone.now())) for row in User.objects.order_by("pk")
    ],
    # Signing out would end the search.
    "account_logout": lambda: [],
}

for _name in ("event-detail", "outcome-detail", "commitment-detail", "organisation-detail"):
    _paths_of = _feeds_and_files(_name)
    BY_OBJECT |= {name: _paths_of[name] for name in _paths_of.keys() & page_paths().keys()}
for _kind, _route in LIST_FILES.items():
    BY_OBJECT[f"{_kind}-file"] = partial(_each_ending, f"/{_route}", FORMATS)
BY_OBJECT |= {
    "api-event": _each("/api/v1/roundtables/{row.slug}", Event.objects.all),
    "api-outcome": lambda: [
        path.rstrip("/").replace("/outcomes/", "/api/v1/points/") for path in _outcomes()
    ],
    "api-commitment": _each("/api/v1/commitments/{row.reference}", Commitment.objects.all),
    "api-organisation": _each("/api/v1/organisations/{row.slug}", Organisation.objects.all),
    "sitemap-section": lambda: [f"/sitemap-{part}.xml" for part in SITEMAPS],
    "data-package": partial(_each_ending, "/data/roundtable", PACKAGES),
    "theme-feed": _each("/themes/{row.slug}.atom", Theme.objects.all),
    "theme-calendar": _each("/themes/{row.slug}.ics", Theme.objects.all),
}


def _filtered() -> Iterator[str]:
    events = list(Event.objects.filter(is_public=True).values_list("slug", flat=True))
    statuses = [*ImplementationStatus.values, "no-update"]
    yield from (f"/outcomes/?event={slug}" for slug in events)
    yield from (f"/outcomes/?kind={kind}" for kind in Outcome.Kind.values[1:])
    yield "/outcomes/?theme=theme"
    yield from (f"/outcomes/?addressee=group-of-{key}" for key in ("event", "other"))
    yield from (f"/commitments/?event={slug}" for slug in events)
    yield from (f"/commitments/?status={status}" for status in statuses)
    yield from ("/commitments/?overdue=yes", "/commitments/?theme=theme")
    yield from (f"/commitments/?sort={order}" for order in ("due", "updated"))
    yield "/commitments/?party=organisation-of-event"
    yield "/commitments/?party=group-of-event"
    yield "/commitments.json?party=organisation-of-event"
    yield "/reports.csv?event=zq-event-slug&as_of=2024-12-31"
    yield from (f"/commitments/?country={code}" for code in ("ID", "AU"))
    yield from (f"/organisations/?kind={kind}" for kind in OrganisationKind.values)
    yield from (f"/organisations/?country={code}" for code in ("ID", "AU"))
    yield from (f"/me/preview/?viewer={who}" for who in VIEWERS)
    for path in ("roundtables", "outcomes", "commitments", "organisations", "directory", "search"):
        yield f"/{path}/?page=1"
        yield f"/{path}/?page=999"
        yield f"/{path}/?nonsense=1"
    yield from (f"/changes/?event={slug}" for slug in events)
    yield "/changes/?since=2000-01-01"
    for path in ("roundtables/zq-event-slug", "commitments/zqevent-c1", "progress", "commitments"):
        yield f"/{path}/?as_of=2024-12-31"
    yield from (f"/search/?q={word}" for word in ("zq", "example", "%2B62", *Constituency.values))


def find_canaries_in_pages(
    browser: Client, paths: Iterable[str], searches: Iterable[str] = ()
) -> set[str]:
    """The canaries in what a GET of each path gives, and in what is found for each search."""
    found: set[str] = set()
    for path in paths:
        found |= find_canaries(response_text(browser.get(path)))
    for canary in searches:
        sign = search_term(canary)
        text = response_text(browser.get("/search/", {"q": sign}))
        # The search box repeats what was typed.
        box = rf'name="q"\s+id="id_q"\s+maxlength="200"\s+value="{re.escape(sign)}"'
        without_box, boxes = re.subn(box, "", text)
        assert boxes == 1, sign
        found |= find_canaries(without_box)
    return found


def find_canaries_in_reveals(browser: Client, of_whom: Iterable[str] | None = None) -> set[str]:
    """The canaries in all that "Show" gives of everyone, as a page and as a contact card."""
    found: set[str] = set()
    for handle in handles() if of_whom is None else of_whom:
        found |= find_canaries(response_text(browser.post(f"/directory/{handle}/show/")))
        found |= find_canaries(response_text(browser.post(f"/directory/{handle}.vcf")))
    return found
