"""Every word of the interface can be translated, and every date is written by Django's formats."""

import ast
import functools
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django_countries import countries
from pytest_django import Settings

from outcomes.changes.subscriptions import unsubscribe_url_for
from outcomes.imports.workbook.sheets import SHEETS, column_label
from outcomes.models import CompletionLevel, ImplementationStatus, Outcome, Statement, Synonyms
from outcomes.reporting.links import create_report_link
from outcomes.reporting.proposals import link_url
from outcomes.templatetags.commitments import _drawn_finding, _drawn_status
from participants.accounts import emails
from participants.models import (
    Audience,
    Delegate,
    DelegateLanguage,
    EmailLink,
    EventRole,
    Grant,
    Group,
    Invitation,
    OrganisationKind,
    RecordedCount,
    User,
)
from participants.onboarding import invitations
from participants.privacy import retention
from roundtable.models import Event
from tests.conftest import FULL_WALKS, ROOT
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_channel,
    make_commitment,
    make_delegate,
    make_document,
    make_event,
    make_evidence,
    make_holder,
    make_invitation,
    make_organisation,
    make_outcome,
    make_participation,
    make_party,
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
    make_follow,
    make_milestone,
    make_related_text,
    make_undertaking,
)
from tests.import_pages import preview_file
from tests.mail_queue import deliver_mail
from tests.recorded_fixtures import recorded
from tests.sign_in import forget_limits
from tests.test_urls import shown_pages
from tests.url_patterns import names_of

pytestmark = pytest.mark.walk

Sign = Callable[[User | Delegate], Client]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(
    (ROOT / "templates").rglob("*.txt")
)
MODULES = [
    path
    for app in ("roundtable", "participants", "outcomes")
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts
]
# What people read although it stands in an attribute.
READ_ALOUD = ["aria-label", "placeholder", "title", "alt", "data-empty-label"]
WORD = re.compile(r"[A-Za-z]{2,}")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def words_beside_tags(source: str) -> list[str]:
    """The words that a template would show as they stand."""
    source = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", source, flags=re.DOTALL)
    source = re.sub(r"{% block main_class %}.*?{% endblock %}", "", source)  # of the style sheet
    source = re.sub(r"{% blocktrans.*?{% endblocktrans\w* %}", "", source, flags=re.DOTALL)
    source = re.sub(r"{%.*?%}|{{.*?}}", "\0", source, flags=re.DOTALL)
    source = re.sub(r"<!.*?>|<script.*?</script>", "", source, flags=re.DOTALL)
    read_aloud = [
        value
        for attribute in READ_ALOUD
        for value in re.findall(rf'[\s"]{attribute}="([^"]*)"', source)
    ]
    shown = unescape(re.sub(r"<[^>]*>", " ", source))
    return WORD.findall(" ".join([shown, *read_aloud]))


def test_templates_have_no_untranslated_words() -> None:
    found = {name_of(path): words_beside_tags(path.read_text()) for path in TEMPLATES}
    assert {name: words for name, words in found.items() if words} == {}


def test_untranslated_words_are_detected() -> None:
    assert words_beside_tags('<p>Hello {{ name }}</p><a title="There">{% translate "x" %}</a>') == [
        "Hello",
        "There",
    ]
    assert (
        words_beside_tags("{# Not this #}{% blocktranslate %}Nor this{% endblocktranslate %}") == []
    )
    assert words_beside_tags('<a {% if x %}href="/"{% endif %}>{% url "home" %}</a>') == []


def test_templates_use_localised_dates_and_plurals() -> None:
    for path in TEMPLATES:
        source = path.read_text()
        # "c" is for machines; names in capitals are the formats of the language.
        for form in re.findall(r"\|(?:date|time):[\"']([^\"']*)[\"']", source):
            assert form == "c" or re.fullmatch(r"[A-Z_]+_FORMAT", form), (name_of(path), form)
        assert "|pluralize" not in source, name_of(path)
        assert "{% now " not in source, name_of(path)


@functools.cache
def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]


def called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


# Right, but unusual: a reader of a third language stops at them.
ODD_WORDS = re.compile(
    r"""\b(
    (some|no|any)body | e-mails? | letters?\ (to|from|you|we|is|are|was|were|that|which)
    | anew | any\ ?more | earnest | meanwhile | overdue | press
    | mend(ed)? | st(ands?|ood) | vouch(es|ed)? | outlives? | exposes? | concluded
    | hand(s|ed|ing)?(\ \w+)?\ in | (bring(s|ing)?|brought)(\ \w+)?\ in
    | t(ake|akes|aken|ook)(\ it)?\ (out|off) | t(ake|akes|aken|ook)\ along | taken\ for
    | (t(ake|akes|aken|ook)|g(ive|ives|iven|ave))(\ \w+)?\ back
    | call(s|ed|ing)?(\ \w+)?\ off | thr[eo]w(s|n)?(\ \w+)?\ away | let(s|ting)?(\ \w+)?\ through
    | look(s|ed)?(\ \w+)?\ again | sa(y|id)\ again | put(\ \w+)?\ (right|back)
    | ke(ep|pt)(\ \w+)?\ as\ a\ draft | in\ the\ way | stay\ in\ touch | left\ out
    | leave\ (people|them|some\w+)\ out | listed\ to\ you | no\ right\ to
    | (people|no\ one)\ waits?\ for\ you
    | cite\ this\ (page|text|point|statement|commitment)
    | no\ update\ yet | as\ it\ stood | where\ things | who\ answered\ which
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def strings_of(path: Path) -> list[str]:
    """What translators see of a template or a module."""
    source = path.read_text()
    if path.suffix == ".py":
        return [
            str(text.value)
            for node in calls(path)
            if called(node) in ("_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy")
            for text in node.args[:2]
            if isinstance(text, ast.Constant)
        ]
    blocks = re.findall(r"{% blocktranslate.*?%}(.*?){% endblocktranslate %}", source, re.DOTALL)
    return re.findall(r'{% translate "(.*?)"', source) + blocks


def test_strings_have_no_odd_words() -> None:
    found = {
        name_of(path): [
            text for text in strings_of(path) if ODD_WORDS.search(" ".join(text.split()))
        ]
        for path in [*TEMPLATES, *MODULES]
    }
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "path",
    [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))],
    ids=name_of,
)
def test_documents_have_no_odd_words(path: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(), flags=re.DOTALL)
    sentences = re.split(r"(?<=[.!?])\s+|\n", text)
    assert [sentence for sentence in sentences if ODD_WORDS.search(sentence)] == []


def test_odd_words_are_found() -> None:
    template = ROOT / "templates" / "outcomes" / "site" / "privacy.html"
    assert any("What data we keep" in text for text in strings_of(template))
    assert any("whoever runs the server" in text for text in strings_of(template))
    for before, after in (
        ("Nobody sees it", "No one sees it"),
        ("The letter that we sent", "The email that we sent"),
    ):
        assert ODD_WORDS.search(before) and not ODD_WORDS.search(after)


def test_translated_strings_are_literals() -> None:
    """What is put together first, no translator ever sees."""
    for path in MODULES:
        for node in calls(path):
            if called(node) in ("_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"):
                texts = node.args[: 2 if called(node).startswith("n") else 1]
                for text in texts:
                    assert isinstance(text, ast.Constant), f"{name_of(path)}:{node.lineno}"


def test_modules_use_localised_dates() -> None:
    for path in MODULES:
        for node in calls(path):
            place = f"{name_of(path)}:{node.lineno}"
            assert called(node) not in ("strftime", "strptime"), place
            if called(node) == "date_format" and len(node.args) > 1:
                form = node.args[1]
                assert isinstance(form, ast.Constant), place
                # The bare day of the month, put into a sentence that is translated.
                assert form.value == "j" or str(form.value).endswith("_FORMAT"), place


def marked(text: Any) -> Any:
    """The text as a translator would have touched it."""
    return mark_safe(f"⟦{text}⟧") if isinstance(text, SafeString) else f"⟦{text}⟧"


@pytest.fixture
def translated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language in which every text is in brackets."""
    monkeypatch.setattr(countries, "_iter_cache", {}, raising=False)
    # Icons of a status are drawn once for each language.
    for drawn in (_drawn_status, _drawn_finding):
        name = f"outcomes.templatetags.commitments.{drawn.__name__}"
        monkeypatch.setattr(name, cache(drawn.__wrapped__))
    real = translation._trans  # type: ignore[attr-defined]
    translation.gettext("")
    for name in ("gettext", "pgettext", "ngettext", "npgettext"):
        original = getattr(real, name)

        def put(*given: Any, original: Any = original) -> Any:
            text = original(*given)
            return marked(text) if text else text

        monkeypatch.setattr(real, name, put)


# What is the same in every language: addresses, references, names of things.
SAME = re.compile(
    r"""
    \bZQ,\s+en\b # the first line of a statement's text
    | https?://[^\s<]+ | [\w.+-]+…?@[\w.-]+ | \bZQ\w*(-C\d+)? | \(\.vcf\)
    | \b[A-Z2-7]{32}\b # the secret of a second factor
    | \bOutcome-theme\ relationships?\b | Outcome_themes\ object # Django's own names
    """,
    re.VERBOSE,
)


def words_without_translation(page: str) -> list[str]:
    page = re.sub(r"<!.*?>|<script.*?</script>|<head>.*?<title>", "", page, flags=re.DOTALL)
    # Django does not translate the text of its pictures of yes and no.
    page = re.sub(r'<img src="/static/admin/img/icon-\w+.svg" alt="\w+">', "", page)
    read_aloud = [
        value for attribute in READ_ALOUD for value in re.findall(rf'\s{attribute}="([^"]*)"', page)
    ]
    page = re.sub(r"<meta[^>]*>|<link[^>]*>", "", page)
    page = re.sub(r"<textarea[^>]*>.*?</textarea>", "", page, flags=re.DOTALL)
    page = re.sub(r"<dd>\s*<bdi>.*?</bdi>\s*</dd>", "", page, flags=re.DOTALL)  # what is stored
    page = re.sub(r'<code translate="no">.*?</code>', "", page)  # a name for programs
    page = re.sub(r"<code>[0-9a-f]{64}</code>", "", page)  # a hash
    # Short names in addresses.
    page = re.sub(r'<div class="readonly">[a-z0-9-]+</div>', "", page)
    # The notice says in which language it is; its words never change.
    page = re.sub(r'<div class="prose(?: short)?" lang="\w+">.*?</div>', "", page, flags=re.DOTALL)
    shown = unescape(" ".join([re.sub(r"<[^>]*>", " ", page), *read_aloud]))
    while "⟦" in shown:
        before = shown
        shown = re.sub(r"⟦[^⟦⟧]*⟧", " ", shown)
        if shown == before:
            break
    return WORD.findall(SAME.sub(" ", shown))


@pytest.fixture
@recorded
def portal(translated: None, db: None) -> dict[str, Any]:
    """A portal whose every text is in Cyrillic letters, so that Latin ones are the interface's."""
    event = make_event(
        code="ZQ",
        slug="zq",
        title="Встреча",
        series=make_series(name="Процесс"),
        city="Город",
        country="TH",
        summary="О встрече.",
        source_title="Источник",
        source_retrieved_on=date(2026, 1, 2),
    )
    made_up = make_event(
        code="ZQM", slug="zqm", title="Выдумка", series=event.series, is_demonstration=True
    )
    for kind in OrganisationKind.values:
        organisation = make_organisation(name="Дом", kind=kind, country="TH")
        for role in EventRole.Role.values:
            make_role(
                event,
                organisation=organisation,
                role=role,
                represented_by="Отдел",
                source_wording="сказано",
            )
    save(
        RecordedCount(
            event=event, kind=OrganisationKind.GOVERNMENT, number=13, source_wording="тринадцать"
        )
    )
    save(RecordedCount(event=event, kind=OrganisationKind.AGENCY))
    statement = make_statement(event, points=0, published=False, title="Заявление")
    lead_in = statement.outcomes.get()
    lead_in.text = "Согласовано:"
    lead_in.save()
    for kind in Outcome.Kind.values[1:]:
        point = make_outcome(statement, parent=lead_in, kind=kind, text="делать")
        point.themes.add(make_theme(name="Тема"))
        make_addressee(point, group=save(Group(slug=f"g-{kind}", name="Группа")))
    statement.publish(NOON)
    make_statement(made_up, points=1, title="Выдумка")
    Outcome.objects.filter(statement__event=made_up).update(text="выдумано")
    make_document(event, title="Бумага", publisher="Издатель", dated_on=date(2024, 5, 1))
    person = make_delegate(
        name="Иван", post="Советник", about="Обо мне", listed_to=Audience.EVERYONE
    )
    make_participation(person, event, organisation=organisation)
    make_affiliation(person, organisation=organisation, post="Глава")
    DelegateLanguage.objects.create(delegate=person, language="en")
    for kind in ("email", "other"):
        value = "ivan@example.org" if kind == "email" else "голубь"
        make_channel(person, kind=kind, value=value, audience=Audience.EVERYONE)
    for number, status in enumerate([*ImplementationStatus.values, None], start=1):
        commitment = make_commitment(
            event,
            reference=f"ZQ-C{number}",
            text="Обещание",
            place_in_source="начало",
            due_on=date(2020 + 10 * (number % 2), 1, 1) if number > 1 else None,
        )
        commitment.outcomes.add(point)
        party = make_party(commitment, organisation=organisation)
        make_party(commitment, group=Group.objects.all()[0])
        party.request_focal_point(person)
        if number % 2:
            party.accept(NOON)
        if status:
            update = make_update(
                commitment,
                status=status,
                completion=CompletionLevel.HALF,
                text="Сделано",
                obstacles="Мало денег",
                next_steps="Ещё",
                reason="Закон",
                source="Газета",
            )
            watch = make_organisation(name="Наблюдатели")
            make_assessment(
                commitment=commitment, organisation=watch, text="Видели", source="Газета"
            )
            make_milestone(commitment=commitment, title="Шаг")
            make_related_text(commitment=commitment, title="План", quote="Учить", source="Газета")
            make_evidence(update, title="Доказательство", dated_on=date(2025, 1, 2))
    reader = make_delegate(name="Читатель")
    make_participation(reader, event, organisation=organisation)
    cochair = make_holder(event, "cochair@example.org")
    return {"person": person, "reader": reader, "cochair": cochair, "organisation": organisation}


def public_paths(portal: dict[str, Any]) -> list[str]:
    return [
        "/",
        "/roundtables/",
        "/roundtables/zq/",
        "/roundtables/zqm/",
        "/outcomes/",
        "/outcomes/zq/1/",
        "/outcomes/zq/1.a/",
        "/outcomes/zq/1.d/",
        "/outcomes/zqm/1.a/",
        "/commitments/",
        "/follow/",
        "/commitments/?status=no-update&overdue=yes",
        "/progress/",
        "/progress/?event=zq",
        "/progress/matrix/?event=zq",
        "/changes/",
        "/changes/?event=zq&since=2026-01-01",
        *(f"/commitments/zq-c{number}/" for number in range(1, 7)),
        "/organisations/",
        "/organisations/?kind=other&country=TH",
        portal["organisation"].get_absolute_url(),
        "/directory/",
        "/directory/?view=table",
        "/directory/?view=country",
        "/directory/?q=Жжж",
        "/directory/?view=x&country=XX&q=1+2+3+4+5+6+7+8+9",
        portal["person"].get_absolute_url(),
        "/search/",
        "/search/?q=Обещание",
        "/search/?q=Иван",
        "/search/?q=ничего",
        "/about/",
        "/accessibility/",
        "/privacy/",
        "/invite-me/",
        "/invite-me/sent/",
        "/hide/",
        "/links/",
        "/report/1/",
        "/erased/",
        "/nothing/",
        # Mistakes.
        "/commitments/?page=0",
        "/commitments/?page=9",
        "/commitments/?status=1",
        "/progress/?event=1",
        "/progress/matrix/?event=1",
        "/changes/?since=1",
        "/outcomes/?event=1&theme=1&page=1&page=2",
        "/search/?q=1+2+3+4+5+6+7+8+9",
        "/search/?1=2",
        "/search/?q=%FF",
        "/data/",
        "/api/v1/",
        # Signing in.
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/signup/",
        "/accounts/inactive/",
    ]


OWN_PATHS = [
    "/me/",
    "/me/commitments/",
    "/me/answers/",
    "/me/answers/zq/1.a/",
    "/me/offers/",
    "/me/offers/new/zq/",
    "/me/offers/new/zq/1.a/",
    "/me/following/",
    "/me/calendar/",
    "/welcome/codes/",
    "/me/texts/",
    "/me/assessments/",
    "/me/assessments/zq-c1/",
    "/me/preview/",
    "/me/preview/?viewer=participant",
    "/me/preview/?viewer=cochair",
    "/me/audience/",
    "/me/introductions/",
    "/me/nominations/",
    "/me/consent/",
    "/me/hide/",
    "/me/paper-code/",
    "/me/review/",
    "/me/looks/",
    "/me/data/",
    "/me/erase/",
    "/me/left/",
    "/me/rights/",
    "/accounts/sessions/",
    "/accounts/reauthenticate/",
    "/accounts/mailbox/",
    "/accounts/mailbox/?next=/me/left/",
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
]


@pytest.mark.django_db
def test_each_page_is_read() -> None:
    paths = public_paths({"organisation": make_organisation(), "person": make_delegate()})
    read = names_of(path for path in [*paths, *OWN_PATHS] if path != "/nothing/")
    shown = {name for is_public in (True, False) for name in shown_pages(is_public=is_public)}
    # The test of a participant's pages also reads this one.
    assert shown - read == {"request-introduction"}


def assert_translated(answer: Any, what: str) -> None:
    page = answer.content.decode()
    assert "⟦" in page, what
    assert words_without_translation(page) == [], what


@pytest.mark.django_db
def test_pages_of_an_empty_portal_are_fully_translatable(client: Client, translated: None) -> None:
    paths = public_paths({"organisation": make_organisation(), "person": make_delegate()})
    for path in paths[:: 1 if FULL_WALKS else 3]:
        assert_translated(client.get(path), path)


def test_visitor_pages_are_fully_translatable(
    client: Client, portal: dict[str, Any], settings: Settings
) -> None:
    settings.CONTACT_EMAIL = "desk@example.org"
    for path in public_paths(portal):
        assert_translated(client.get(path), path)


def test_participant_pages_are_fully_translatable(
    client_of: Sign, portal: dict[str, Any], settings: Settings
) -> None:
    every = public_paths(portal)
    for place, who in enumerate(("person", "reader", "cochair")):
        browser = client_of(portal[who])
        # A visitor reads all of the public pages in another test. Unless at full size, the others
        # read a part of them, and of their own pages; a person with a profile reads all of these.
        own = OWN_PATHS if FULL_WALKS or who == "person" else OWN_PATHS[place::3]
        for path in [*(every if FULL_WALKS else every[place::9]), *own]:
            answer = browser.get(path)
            if answer.status_code != 302:
                assert_translated(answer, f"{who}: {path}")
    browser = client_of(portal["reader"])
    introduce = f"/directory/{portal['person'].handle}/introduce/"
    assert_translated(browser.get(introduce), introduce)
    show = f"/directory/{portal['person'].handle}/show/"
    assert_translated(browser.post(show), show)
    settings.REVEALS_PER_DAY = 1
    assert_translated(browser.post(show), "budget")
    assert_translated(browser.get("/admin/"), "/admin/")


def proposal_link(event: Event, person: Delegate, at: datetime) -> str:
    row = make_commitment(event, state="proposed", proposed_at=at, text="Учить")
    organisation = person.participations.filter(event=event)[0].organisation
    party = make_party(row, organisation=organisation, focal_point=person)
    undertaking = make_undertaking(party, created_at=at, expires_at=at + timedelta(days=60))
    return link_url(undertaking)


def test_pages_by_link_are_fully_translatable(
    client: Client, client_of: Sign, portal: dict[str, Any]
) -> None:
    at = timezone.now()
    person, event = portal["person"], Event.objects.get(code="ZQ")
    party = person.focal_point_for.filter(focal_point_accepted_at__isnull=False)[0]
    links = [
        create_report_link(party, at=at),
        proposal_link(event, person, at),
        emails.hide_url(person, at),
        retention.review_url(person, at),
        unsubscribe_url_for(person.user, at),
    ]
    browser = client_of(person)
    path = f"/me/commitments/{party.pk}/report/"
    assert_translated(browser.get(path), path)
    assert_translated(browser.post(path, {"act": "hand-in"}), f"{path} with mistakes")
    make_follow(person.user, commitment=party.commitment)
    assert_translated(browser.get("/me/following/"), "follows")
    for path in (urlsplit(link).path for link in links):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert_translated(answer, path)
        assert_translated(client.post(path), f"{path} after its button")
    assert_translated(client_of(portal["cochair"]).get("/roundtables/zq/brief/"), "brief")
    guest = make_delegate(name="Гость", user=None, invitation_email="guest@example.org")
    make_participation(guest, event, organisation=portal["organisation"], confirmed=False)
    row = make_invitation(guest, event, email="guest@example.org", key="a-key")
    Invitation.objects.filter(pk=row.pk).update(expires_at=at + timedelta(days=7))
    EmailLink.objects.update(expires_at=at + timedelta(days=7))
    user = invitations.get_or_create_account(row, at)
    assert user is not None
    EmailAddress.objects.update(verified=True)
    assert_translated(client.get("/links/a-key/"), "invitation")
    invited = client_of(user)
    for path in ("/links/a-key/", "/welcome/", "/welcome/sharing/", "/welcome/erase/"):
        answer = invited.get(path)
        assert answer.status_code == 200, path
        assert_translated(answer, path)


@pytest.mark.usefixtures("portal")
def test_import_pages_are_fully_translatable(client_of: Sign) -> None:
    event = Event.objects.get(code="ZQ")
    browser = client_of(make_user("operator@example.org", is_superuser=True))
    labels = {sheet.title for sheet in SHEETS}
    labels |= {column_label(key) for sheet in SHEETS for key in sheet.keys}
    known = "|".join(sorted(labels, key=len, reverse=True))
    for rows, sentence in (
        ("Название;Издатель\nБумага;\n", "Nothing says"),
        ("Title;Publisher\nБумага;\nПлан;Дом\n", "Import all changes"),
        ("Title;Publisher\n;Дом\n", "row has a question and stays here."),
    ):
        page = preview_file(browser, rows.encode(), event, "файл").content.decode()
        assert sentence in page
        # The headings of a workbook are the same in every language.
        page = re.sub(rf"(?<=>)\s*(?:{known})[⟦⟧:\s]*(?=</option>|</label>|</bdi>)", "", page)
        page = re.sub(rf"(?<=<p>)\s*(?:{known}): ", "", page)
        assert words_without_translation(page) == [], sentence


def admin_paths() -> list[str]:
    """The list, the empty form and one row of each model, and the pages of workflows."""
    found = ["/admin/", "/admin/outcomes/", "/admin/participants/", "/admin/roundtable/"]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
        for row in model._default_manager.order_by("pk")[:1]:
            found += [
                reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "delete", "history")
            ]
    statement, event = Statement.objects.order_by("pk")[0], Event.objects.order_by("pk")[0]
    found += [
        reverse(f"admin:outcomes_statement_{page}", args=[statement.pk])
        for page in ("text", "agreement", "corrigendum")
    ]
    return [
        *found,
        reverse("admin:roundtable_event_people_workbook", args=[event.pk]),
        reverse("admin:roundtable_event_import"),
        reverse("admin:hide"),
        *(
            reverse(f"admin:participants_grant_{page}", args=[Grant.objects.order_by("pk")[0].pk])
            for page in ("handover", "decide", "suspend")
        ),
    ]


@pytest.mark.parametrize("role", ["cochair", "operator"])
def test_admin_pages_are_fully_translatable(
    client_of: Sign, portal: dict[str, Any], role: str
) -> None:
    # Those of the migrations are English words, which no one translates.
    Synonyms.objects.all().delete()
    Synonyms.objects.create(words="труд, работа")
    browser = client_of(
        portal[role] if role == "cochair" else make_user("operator@example.org", is_superuser=True)
    )
    wrong = {}
    # Unless at full size, each role reads every second page.
    for path in admin_paths()[slice(None) if FULL_WALKS else slice(role == "operator", None, 2)]:
        answer = browser.get(path)
        if answer.status_code == 200 and (
            words := words_without_translation(answer.content.decode())
        ):
            wrong[path] = words
    assert wrong == {}


def test_form_responses_are_translatable(client_of: Sign, portal: dict[str, Any]) -> None:
    browser = client_of(portal["person"])
    party = portal["person"].focal_point_for.first()
    for reply in ("accept", "decline", ""):
        browser.post(f"/me/commitments/{party.pk}/", {"answer": reply})
        assert_translated(browser.get("/me/commitments/"), reply)
    channels = {
        "channel-TOTAL_FORMS": "13",
        "channel-INITIAL_FORMS": "0",
        **{f"channel-{number}-kind": "email" for number in range(13)},
        **{f"channel-{number}-value": "a@example.org" for number in range(13)},
        **{f"channel-{number}-audience": "everyone" for number in range(13)},
        "channel-1-kind": "phone",
        "channel-2-kind": "site",
        "channel-5-kind": "phone",
        "channel-3-kind": "phone",
        "channel-3-value": "+62 1",
        "channel-4-value": "@",
    }
    for values in (
        {},
        {"name": "\u200b", "listed_to": "1", "languages": "1", **channels},
        {"name": "Иван", "listed_to": "everyone", "about": "я" * 601, **channels}
        | {
            "channel-TOTAL_FORMS": "2",
            "channel-1-kind": "email",
            "channel-1-value": "a@example.org",
        },
    ):
        answer = browser.post("/me/", values)
        assert answer.status_code == 400
        assert_translated(answer, str(values)[:60])
    browser.post(
        "/me/",
        {
            "name": "Иван",
            "listed_to": "everyone",
            "channel-TOTAL_FORMS": "0",
            "channel-INITIAL_FORMS": "0",
        },
    )
    assert_translated(browser.get("/me/"), "saved")


@pytest.mark.django_db
def test_sign_in_is_translatable(client_of: Sign, translated: None) -> None:
    forget_limits()
    signed_in = client_of(make_user("dewi@example.org"))
    browser = Client()
    for email in ("", "@", "dewi@example.org"):
        answer = browser.post("/accounts/login/", {"login": email})
    assert_translated(browser.get(answer["Location"]), "code")
    assert_translated(browser.post("/accounts/login/code/confirm/", {"code": "1"}), "wrong code")
    [message] = deliver_mail()
    body = re.sub(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", "", str(message.body), flags=re.MULTILINE)
    assert words_without_translation(body) == []
    assert words_without_translation(str(message.subject)) == []
    browser.post("/accounts/login/code/confirm/", {"code": "2"})
    answer = browser.post("/accounts/login/code/confirm/", {"code": "3"})
    assert_translated(browser.get(answer["Location"]), "three wrong codes")
    # Limits count by the minute, which could end in between.
    with time_machine.travel(timezone.now(), tick=False):
        for number in range(40):
            answer = Client().post("/accounts/login/", {"login": f"{number}@example.org"})
        assert_translated(answer, "too many codes")
        for _try in range(20):
            answer = signed_in.post("/accounts/reauthenticate/", {"code": "1"})
    assert answer.status_code == 429
    assert_translated(answer, "429")


@pytest.mark.django_db
def test_error_pages_are_translatable(client_of: Sign, translated: None) -> None:
    person = make_delegate(name="Иван")
    browser = client_of(person)
    answer = browser.get("/admin/")
    assert answer.status_code == 403
    assert_translated(answer, "403")
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/accounts/login/", {"login": "a@example.org"})
    assert answer.status_code == 403
    assert_translated(answer, "csrf")
    answer = Client().get("/commitments/?" + "&".join(f"{n}=1" for n in range(1001)))
    assert answer.status_code == 400
    assert_translated(answer, "400")
    page = render_to_string("500.html", request=None)
    assert words_without_translation(page) == []


@pytest.mark.django_db
def test_pages_declare_language_and_direction(client: Client, settings: Settings) -> None:
    assert '<html lang="en" dir="ltr">' in client.get("/").content.decode()
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    with translation.override("ar"):
        page = render_to_string("404.html", request=RequestFactory().get("/"))
    assert '<html lang="ar" dir="rtl">' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prefix", "dates"),
    [
        ("", ["Due on 2 March 2030", "1 March 2025", "14–15 May 2024"]),
        ("/id", ["Due on 2 Maret 2030", "1 Maret 2025", "14–15 Mei 2024"]),
        ("/fr", ["Due on 2 mars 2030", "1 mars 2025", "14–15 mai 2024"]),
    ],
)
def test_dates_follow_language(
    client: Client, settings: Settings, prefix: str, dates: list[str]
) -> None:
    settings.LANGUAGES = [("en", "English"), ("id", "Indonesian"), ("fr", "French")]
    event = make_event(code="ZQ", slug="zq")
    make_update(make_commitment(event, reference="ZQ-C1", due_on=date(2030, 3, 2)))
    page = client.get(f"{prefix}/commitments/zq-c1/").content.decode()
    for written in dates:
        assert written in page
