"""Nothing leaks: every answer to every reader is searched for what that reader may not see.

And the search finds what doors with a mistake in them would show.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from io import BytesIO
from itertools import product
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoDbBlocker, Settings

from outcomes.models import ImplementationStatus, Outcome, Theme
from outcomes.templatetags import own_tasks
from participants.models import (
    Audience,
    Delegate,
    Introduction,
    Organisation,
    RevealBudget,
    User,
)
from participants.privacy import visibility
from roundtable.models import AuditEntry, Event, QueuedEmail
from tests.canaries import (
    CANARIES,
    CARD,
    CHANNELS,
    EVENT_TEXTS,
    PEOPLE,
    PROFILE,
    all_paths,
    canaries_of,
    find_canaries,
    find_canaries_in_pages,
    find_canaries_in_reveals,
    handles,
    make_complete_event,
    make_portal,
    response_text,
    search_term,
)
from tests.conftest import FULL, FULL_WALKS, IS_POSTGRES_RUN
from tests.email_links import LinkClient
from tests.factories import (
    NOON,
    make_affiliation,
    make_channel,
    make_delegate,
    make_evidence,
    make_organisation,
    make_participation,
    make_role,
    make_update,
    show_first,
)
from tests.faulty_visibility import MUTATIONS, apply_mutation
from tests.page_text import page_html
from tests.sign_in import count_once, record_email_code
from tests.url_patterns import page_paths

pytestmark = [pytest.mark.crawl, pytest.mark.django_db]
Sign = Callable[[User | Delegate], Client]
Readers = dict[str, User | None]
Record = Callable[[str, object], None]
NEW_EACH_TIME = re.compile(
    r'(csrfmiddlewaretoken|once)" value="[\w-]+"|(csrftoken|sessionid)=\w+; (expires=[^;]+)?'
)

# These one reads of oneself alone, on the page of what is held about one.
HELD = ["invite", "capacity", "former", "proposed", "hideout", "line"]
# Anyone may read all of a public roundtable.
ANYONE = (
    canaries_of("event", *EVENT_TEXTS)
    | canaries_of("other", *EVENT_TEXTS)
    | canaries_of("open", *PROFILE, "everyone")
)
# Confirmed participants of civil society, before they press "Show".
BESIDE = ANYONE | {
    canary for key in ("inside", "bench", "wary") for canary in canaries_of(key, *PROFILE)
}
OWN = canaries_of("quiet", *PROFILE, *CHANNELS)

# Operators have a right to every roundtable, and see the page of the hidden one before it is
# public, with all organisations that have a role there.
_HUSH = (
    "city commitment counted document documenturl group introduction leadin ministry organisation "
    "point publisher series short slug source sourceurl statement stsource summary title venue "
    "wording wordingsource"
)
_WITH_ROLES = (
    "bench closed elsewhere imported inside later met open paused pending protected quiet waiting "
    "wary withdrew"
)
PREVIEWED = {"zqhush"} | canaries_of("hush", *_HUSH.split())
PREVIEWED |= {
    canary for key in _WITH_ROLES.split() for canary in canaries_of(key, "delegation", "hideout")
}
READS = {
    "nobody": ANYONE,
    "unconfirmed": ANYONE,
    # What they wrote themselves, in their own data.
    "co-chair": ANYONE | canaries_of("invitation", "words") | canaries_of("quiet", "message"),
    "operator": ANYONE | PREVIEWED,
    "delegate": BESIDE | canaries_of("met", *PROFILE) | canaries_of("pending", "message"),
    # Of governments, which show first: these two show nothing.
    "quiet delegate": ANYONE,
    "outsider": ANYONE,
    "focal point": BESIDE | canaries_of("protected", *PROFILE),
    # The pages about signing in show your own address, and /me/ shows your own organisation.
    "owner": BESIDE
    | OWN
    | canaries_of("quiet", "signin", "delegation", "message", "leftout", "notice", *HELD)
    | canaries_of("quiet", "newreason")
    # Who is proposed an introduction reads the organisation of the other one.
    | canaries_of("inside", "delegation"),
}
# What "Show" adds.
ANYONE_OPENS = canaries_of("open", *PROFILE, "everyone")
SHARED = [*PROFILE, "everyone", "partic", "phone"]
BESIDE_OPENS = {
    canary
    for key in ("open", "inside", "bench", "wary")
    for canary in canaries_of(key, *SHARED, "constit")
}
OPENS = {
    "nobody": set(),
    "unconfirmed": ANYONE_OPENS,
    "co-chair": ANYONE_OPENS,
    "operator": ANYONE_OPENS,
    "delegate": BESIDE_OPENS | canaries_of("met", *SHARED, "constit", "introd"),
    "quiet delegate": ANYONE_OPENS,
    "focal point": (BESIDE_OPENS | canaries_of("protected", *SHARED, "constit", "introd"))
    - canaries_of("wary", "phone"),
    "outsider": ANYONE_OPENS,
    "owner": BESIDE_OPENS | OWN,
}
NEVER_SHOWN = {canary for key in PEOPLE if key != "quiet" for canary in canaries_of(key, *HELD)}
# Not even its owner, because someone else may read the former mailbox.
NEVER_SHOWN |= canaries_of("quiet", "newaddress")
NEVER_SHOWN |= canaries_of("request", "name", "organisation", "email", "note", "post", "capacity")


@pytest.fixture(scope="module")
def portal_once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, int | None]]:
    """The whole portal with its readers, for all tests of a file."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield {role: user.pk if user else None for role, user in make_portal().items()}
        transaction.set_rollback(True)


@pytest.fixture
def readers(portal_once: dict[str, int | None], db: None, settings: Settings) -> Readers:
    """Who looks, by role; what a test changes is undone after it."""
    settings.REVEALS_PER_DAY = 10_000
    return {role: User.objects.get(pk=pk) if pk else None for role, pk in portal_once.items()}


@pytest.fixture
def counted_on_each_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a reader; kept for a minute, it makes pages differ by the time alone."""
    monkeypatch.setattr(own_tasks, "recent", lambda _request, _name, find, **_how: find())


def browser_of(readers: Readers, role: str, sign: Sign) -> Client:
    user = readers[role]
    browser = sign(user) if user else Client()
    if user and role == "owner":  # else the downloads ask for a code first
        record_email_code(browser, user)
    if user:
        count_once(browser)
    return browser


def named(key: str) -> Delegate:
    return Delegate.objects.get(name=f"zq-{key}-name")


def test_permission_tables_cover_every_reader(readers: Readers) -> None:
    assert set(READS) == set(OPENS) == set(readers)


def test_never_shown_texts_are_permitted_to_no_one() -> None:
    for role in READS:
        previewed = PREVIEWED if role == "operator" else set()
        assert not (READS[role] - previewed | OPENS[role]) & NEVER_SHOWN, role
    assert NEVER_SHOWN < CANARIES
    assert all(permitted <= CANARIES for permitted in (*READS.values(), *OPENS.values()))


WHO = ["delegate"] if IS_POSTGRES_RUN else list(READS)  # who may see much, but not all
SOME = ["delegate"] if IS_POSTGRES_RUN else ["nobody", "delegate"]


# This one reads each address in each first run; the others, unless at full size, a part of them.
THOROUGH = [] if IS_POSTGRES_RUN else ["delegate"]


def walked(role: str) -> list[str]:
    """The addresses that a reader asks for.

    Unless at full size, neighbours, which are mostly of one kind, are asked for by one reader each.
    """
    if FULL_WALKS or role in THOROUGH:
        return all_paths(1 if FULL_WALKS else 4)
    return all_paths()[::4] if role == "nobody" else all_paths()[list(READS).index(role) :: 18]


def searched() -> list[str]:
    """The canaries that are searched for as well: all of them at full size, else two.

    In the short run test_search_for_hidden_text_looks_like_nonsense asks for more.
    """
    return sorted(CANARIES) if FULL_WALKS else sorted(CANARIES)[:2]


@pytest.mark.parametrize("role", WHO)
def test_reader_sees_exactly_permitted_texts(
    readers: Readers, client_of: Sign, role: str, record_property: Record
) -> None:
    browser = browser_of(readers, role, client_of)
    asked = len(walked(role)) + len(searched())
    found = find_canaries_in_pages(browser, walked(role), searched())
    assert found <= READS[role]
    if FULL_WALKS:
        assert found == READS[role]
    elif role in THOROUGH:  # did read
        assert 2 * len(found) > len(READS[role]), READS[role] - found
    record_property(f"answers searched for each of {len(CANARIES)} canaries", asked)
    # To look is not to open.
    assert not AuditEntry.objects.exists() and not RevealBudget.objects.exists()


@pytest.mark.parametrize("role", WHO)
def test_reveal_shows_exactly_permitted_texts(
    readers: Readers, client_of: Sign, role: str, record_property: Record
) -> None:
    handles = dict(Delegate.objects.order_by("pk").values_list("name", "handle"))
    # Unless at full size, each of the other readers opens a sixth of the people.
    sixth = slice(list(READS).index(role) % 6, None, 6)
    names = list(handles) if FULL_WALKS or role in THOROUGH else list(handles)[sixth]
    browser = browser_of(readers, role, client_of)
    opened = find_canaries_in_reveals(browser, [handles[name] for name in names])
    keys = {name.removeprefix("zq-").removesuffix("-name") for name in names}
    expected = {canary for canary in OPENS[role] if canary.split("-")[1] in keys}
    assert expected <= opened <= OPENS[role]
    record_property(f"answers searched for each of {len(CANARIES)} canaries", 2 * len(names))


def hidden_from(readers: Readers, role: str) -> list[str]:
    shown = {
        "nobody": ["open"],
        "delegate": ["open", "inside", "bench", "wary", "met"],
    }[role]
    hidden = [f"zq-{key}-name" for key in PEOPLE if key not in shown]
    found = list(Delegate.objects.filter(name__in=hidden).values_list("handle", flat=True))
    assert len(found) == len(PEOPLE) - len(shown)
    return found


def answer_and_queries(ask: Callable[..., Any], path: str) -> tuple[str, int]:
    with CaptureQueriesContext(connection) as queries:
        answer = ask(path)
    return NEW_EACH_TIME.sub("", response_text(answer)), len(queries)


def test_every_person_url_is_compared() -> None:
    assert {name for name, pattern in page_paths().items() if "<slug:handle>" in pattern} == {
        "request-introduction",
        "delegate-detail",
        "delegate-reveal",
        "delegate-vcard",
    }


@pytest.mark.walk
@pytest.mark.parametrize("role", SOME)
@pytest.mark.usefixtures("counted_on_each_page")
def test_hidden_delegate_looks_unknown(readers: Readers, client_of: Sign, role: str) -> None:
    """Status, headers and body are the same, and as much is asked of the database."""
    browser = browser_of(readers, role, client_of)
    browser.get("/me/")  # brings the cookie that protects forms
    patterns = [pattern for pattern in page_paths().values() if "<slug:handle>" in pattern]
    answered = []
    asked_for = product(patterns, ("get", "head", "post", "put", "delete", "options"))
    for turn, (pattern, method) in enumerate(asked_for):
        path = f"/{pattern.replace('<slug:handle>', '{}')}"
        ask = getattr(browser, method)
        absent, queries = answer_and_queries(ask, path.format("abcdefghjk"))
        answered.append(absent[:3])
        hidden = hidden_from(readers, role)
        # Unless at full size, a fifth of them have their turn at each.
        for handle in hidden if FULL_WALKS else hidden[turn % 5 :: 5]:
            text, asked = answer_and_queries(ask, path.format(handle))
            assert text.replace(handle, "abcdefghjk") == absent, (method, path)
            assert asked == queries, (method, path)
    # One look at each in vain, and no more than a redirect to the page or to signing in.
    assert set(answered) == {"404", "405", "302"}
    assert not AuditEntry.objects.exists() and not RevealBudget.objects.exists()


@pytest.mark.usefixtures("counted_on_each_page")
def test_introduction_request_to_hidden_delegate_looks_unknown(
    readers: Readers, client_of: Sign
) -> None:
    browser = browser_of(readers, "delegate", client_of)
    before = Introduction.objects.count()
    for path, data in (
        ("/directory/{}/introduce/", {"message": "Hello"}),
        ("/directory/{}.vcf", {"version": "4.0"}),
        ("/directory/{}.vcf", {"version": "nonsense"}),
    ):
        ask = partial(browser.post, data=data)
        absent, queries = answer_and_queries(ask, path.format("abcdefghjk"))
        assert absent.startswith("404 ")
        for handle in hidden_from(readers, "delegate"):
            text, asked = answer_and_queries(ask, path.format(handle))
            assert text.replace(handle, "abcdefghjk") == absent
            assert asked == queries
    assert Introduction.objects.count() == before and not QueuedEmail.objects.exists()


HIDDEN_AND_ABSENT = [
    ("/roundtables/zq-hush-slug/", "/roundtables/zq-none-slug/"),
    ("/outcomes/zq-hush-slug/1.a/", "/outcomes/zq-none-slug/1.a/"),
    ("/outcomes/drafted/1.a/", "/outcomes/drafted/9.z/"),
    ("/commitments/zqhush-c1/", "/commitments/zqnone-c1/"),
    ("/commitments/ZQHUSH-C1/", "/commitments/ZQNONE-C1/"),
    ("/organisations/organisation-of-hush/", "/organisations/organisation-of-none/"),
    ("/organisations/zq-open-hideout/", "/organisations/zq-none-hideout/"),
    ("/outcomes/?event=zq-hush-slug", "/outcomes/?event=zq-none-slug"),
    ("/outcomes/?addressee=group-of-hush", "/outcomes/?addressee=group-of-none"),
    ("/outcomes/?addressee=group-of-draft", "/outcomes/?addressee=group-of-never"),
    ("/commitments/?event=zq-hush-slug", "/commitments/?event=zq-none-slug"),
    ("/commitments/?party=organisation-of-hush", "/commitments/?party=organisation-of-none"),
    ("/commitments/?party=group-of-hush", "/commitments/?party=group-of-none"),
    ("/commitments/?country=NR", "/commitments/?country=TV"),
    ("/organisations/?country=NR", "/organisations/?country=TV"),
]


@pytest.mark.parametrize("role", [*SOME, "co-chair", "operator"])
@pytest.mark.usefixtures("counted_on_each_page")
def test_hidden_object_looks_unknown(readers: Readers, client_of: Sign, role: str) -> None:
    browser = browser_of(readers, role, client_of)
    for hidden, absent in HIDDEN_AND_ABSENT:
        if role == "operator" and hidden.startswith("/roundtables/"):
            continue  # operators have a right to every roundtable, and see it before it is public
        text, queries = answer_and_queries(browser.get, hidden)
        expected, expected_queries = answer_and_queries(browser.get, absent)
        for there, not_there in (("-hush", "-none"), ("-open", "-none"), ("-draft", "-never")):
            text = text.replace(there, not_there)
        assert text.replace("zqhush", "zqnone").replace("NR", "TV") == expected, hidden
        assert text[:3] in ("404", "400", "301"), hidden
        assert queries == expected_queries, hidden


@pytest.mark.walk
@pytest.mark.parametrize("role", READS if FULL_WALKS else SOME)
def test_search_for_hidden_text_looks_like_nonsense(
    readers: Readers, client_of: Sign, role: str
) -> None:
    browser = browser_of(readers, role, client_of)
    hidden = [search_term(canary) for canary in sorted(CANARIES - READS[role])]
    assert len(hidden) > 100
    if not FULL_WALKS:
        hidden = hidden[::16]

    def answer(words: str) -> str:
        """Without the words, and without the hash of the page, which contains them."""
        text = response_text(browser.get("/search/", {"q": words})).replace(words, "")
        return re.sub(r"ETag: \S+", "", text)

    nonsense: dict[int, str] = {}
    for words in hidden:
        size = len(words)
        if size not in nonsense:
            nonsense[size] = answer("x" * size)
            assert "Nothing contains all of these words. Try fewer words." in nonsense[size]
        assert answer(words) == nonsense[size]


def snapshot(browser: Client, asked: list[str]) -> dict[str, str]:
    """What each address gives, without the tokens that are new each time."""
    return {path: NEW_EACH_TIME.sub("", response_text(browser.get(path))) for path in asked}


def hide_more() -> None:
    """One more of all that neither a visitor nor a participant may see."""
    event = Event.objects.get(slug="zq-event-slug")
    points = Outcome.objects.filter(parent__isnull=False)
    more = make_complete_event("more", Theme.objects.get(slug="theme"), is_public=False)
    promise, hidden_promise = event.commitments.first(), more.commitments.get()
    assert promise is not None
    hidden_promise.outcomes.add(points.get(statement__event=event))
    promise.outcomes.add(points.get(statement__event=more))
    update = make_update(
        promise, approved=False, status=ImplementationStatus.FULFILLED, reported_on=date(2026, 2, 1)
    )
    make_evidence(update)
    make_evidence(promise.updates.approved()[0], title="Not public", is_public=False)
    hidden = make_organisation(name="AAA hidden", country="NR")
    make_role(more, organisation=hidden)
    office = Organisation.objects.get(slug="office-open")
    person = make_delegate(name="AAA first of all")
    # The page of the roundtable counts organisations of which someone was confirmed: no new one.
    make_participation(person, event, organisation=event.roles.all()[0].organisation)
    make_affiliation(person, organisation=office)
    make_channel(person, audience=Audience.EVERYONE)
    party = Event.objects.get(slug="zq-other-slug").commitments.get().parties.first()
    assert party is not None
    party.request_focal_point(person)
    party.accept(NOON)
    shown = Delegate.objects.get(name="zq-open-name")
    make_affiliation(shown, organisation=hidden, since=date(2025, 1, 1))
    make_channel(shown, audience=Audience.ONLY_ME)
    make_participation(shown, more, organisation=hidden)


@pytest.mark.parametrize("role", ["delegate", pytest.param("nobody", marks=pytest.mark.prove)])
@pytest.mark.usefixtures("counted_on_each_page")
def test_hidden_rows_change_no_count_order_or_byte(
    readers: Readers, client_of: Sign, role: str
) -> None:
    browser = browser_of(readers, role, client_of)
    # These pages show how many people can look, which is no secret to participants.
    # What is held about oneself says when it was asked for.
    counting = ("/accounts/", "/me/audience/", "/me/data", "/me/preview/?")
    asked = [path for path in all_paths() if not path.startswith(counting) and path != "/me/"]
    asked = asked if FULL_WALKS else asked[::12]
    asked += ["/search/?q=a", "/search/?q=zq-open", "/search/?q=office", "/search/?q=zq-event"]
    asked += [
        "/search/?q=zq",
        "/search/?q=zq&kind=commitment",
        "/search/?q=officer",
        "/search/?q=zq*",
    ]
    asked += ["/search/?q=zqq", "/search/?q=hushh", "/search/?q=hiden", "/search/?q=-hush+zq"]
    browser.get("/me/")  # brings the cookie that protects forms
    for path in asked:
        if path.startswith("/links/"):
            browser.get(path)  # the first one begins the session
    with time_machine.travel(timezone.now(), tick=False):  # a workbook says when it was made
        before = snapshot(browser, asked)
        hide_more()
        after = snapshot(browser, asked)
    for path in asked:
        assert after[path] == before[path], path


# What an owner sees by "preview as": as a visitor or co-chair, and as a participant besides.
PREVIEWS: dict[str, tuple[list[str], list[str]]] = {
    "open": ([*PROFILE, "everyone"], ["partic", "phone"]),
    "inside": ([], [*PROFILE, "everyone", "partic", "phone"]),
    "elsewhere": ([], [*PROFILE, "everyone", "partic", "phone"]),
    **dict.fromkeys(("quiet", "later", "bench", "waiting"), ([], [])),
}


def channels_in(answer: Any) -> str:
    found = re.findall(r'<dl class="channels">.*?</dl>', page_html(answer))
    assert len(found) <= 1
    return found[0] if found else ""


@pytest.mark.parametrize("key", PREVIEWS)
def test_preview_matches_real_page(readers: Readers, client_of: Sign, key: str) -> None:
    owner = Delegate.objects.get(name=f"zq-{key}-name")
    page = f"/directory/{owner.handle}/"
    viewer_name = "outsider" if key == "elsewhere" else "quiet delegate"
    show_first(Delegate.objects.get(user=readers[viewer_name]))
    eyes = {
        "visitor": Client().get(page),
        "participant": browser_of(readers, viewer_name, client_of).post(f"{page}show/"),
        "cochair": browser_of(readers, "co-chair", client_of).post(f"{page}show/"),
    }
    public, shared = PREVIEWS[key]
    browser = client_of(owner)
    for viewer, real in eyes.items():
        expected = canaries_of(key, *public, *(shared if viewer == "participant" else []))
        preview = browser.get(f"/me/preview/?viewer={viewer}")
        assert find_canaries(preview.content.decode()) == expected, viewer
        assert find_canaries(response_text(real)) == expected, viewer
        assert channels_in(preview) == channels_in(real), viewer
        assert bool(channels_in(real)) == bool(expected), viewer
    # Without a choice it is a visitor's.
    preview = browser.get("/me/preview/")
    assert find_canaries(preview.content.decode()) == canaries_of(key, *public)


def test_error_page_leaks_nothing(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_fields: Any) -> None:
        raise RuntimeError("zq-quiet-name zq-quiet-onlyme@example.org")

    monkeypatch.setattr(visibility, "find_profile", fail)
    answer = Client(raise_request_exception=False).get("/directory/abcdefghjk/")
    assert answer.status_code == 500
    assert find_canaries(response_text(answer)) == set()
    assert (
        "This is not your fault. Try again in a minute. If you were saving something, first "
        "check whether it was saved."
    ) in answer.content.decode()


def desk() -> list[str]:
    """The addresses of the admin: each list, with a search for each thing, and each row."""
    found = ["/admin/"]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = reverse(f"{name}_changelist")
        found += [listed, reverse(f"{name}_add")]
        found += [f"{listed}?q={key}" for key in ("quiet", "partic", "62215555")]
        every = model._meta.app_label == "participants" and model is not Organisation
        for row in model._default_manager.all()[: None if every else 2]:
            for page in ("change", "delete", "history"):
                found.append(reverse(f"{name}_{page}", args=[row.pk]))
    return found


@pytest.mark.walk
@pytest.mark.parametrize("role", ["co-chair", "operator"])
def test_admin_reveals_no_personal_details(readers: Readers, client_of: Sign, role: str) -> None:
    browser = browser_of(readers, role, client_of)
    found: set[str] = set()
    for path in desk()[:: 1 if FULL_WALKS else 4]:
        answer = browser.get(path)
        assert answer.status_code in (200, 302, 403, 404, 405), path
        found |= find_canaries(response_text(answer))
    channels = {canary for key in PEOPLE for canary in canaries_of(key, *CHANNELS)}
    assert found & channels == set()
    # It did look: names and invitations are the co-chairs' to keep. Of who has joined, an
    # operator reads the address masked.
    of_quiet = canaries_of("quiet", "name", "invite")
    shown = found & of_quiet
    assert shown == (of_quiet if role == "co-chair" else canaries_of("quiet", "name"))
    assert canaries_of("imported", "name", "invite") <= found


# Mistaken doors -----------------------------------------------------------------------

# For each mistake: who looks, and what that reader then finds and must not.
LEAKS = {
    "shows everything": ("nobody", canaries_of("quiet", *PROFILE, *CHANNELS)),
    "lists everyone": ("nobody", canaries_of("quiet", *CARD)),
    # Whoever is not in the lists has no page either.
    "shows all in pages": ("nobody", canaries_of("open", "onlyme", "introd", "constit", "partic")),
    "shows every channel": ("nobody", canaries_of("open", "onlyme", "introd", "constit", "partic")),
    "knows no exceptions": (
        "quiet delegate",
        canaries_of("wary", *PROFILE, "everyone", "partic", "phone"),
    ),
    "knows no exceptions in pages": ("focal point", canaries_of("wary", "phone")),
    "knows no exceptions in lists": ("quiet delegate", canaries_of("wary", *CARD)),
    "knows no pause": ("nobody", canaries_of("paused", *PROFILE, "everyone")),
    "takes participants for a constituency": (
        "quiet delegate",
        canaries_of("bench", *PROFILE, "constit"),
    ),
    "lets introductions override exceptions": (
        "quiet delegate",
        canaries_of("wary", *PROFILE, "everyone", "partic", "phone"),
    ),
    "takes a request for an introduction": ("delegate", canaries_of("pending", *PROFILE, "introd")),
    "takes a claim for a confirmation": ("delegate", canaries_of("waiting", *PROFILE, "partic")),
}


def look_at_people(browser: Client, of_whom: list[str]) -> set[str]:
    """The canaries in the lists of people, on the pages of these, and in what "Show" opens."""
    found: set[str] = set()
    for path in (
        "/",
        "/directory/",
        "/directory/?view=table",
        "/directory/?view=country",
        "/search/?q=zq",
        *(f"/directory/{handle}/" for handle in of_whom),
    ):
        found |= find_canaries(response_text(browser.get(path)))
    return found | find_canaries_in_reveals(browser, of_whom)


# Unless at full size, test_visibility_worlds.py must find the others.
@pytest.mark.walk
@pytest.mark.parametrize("mistake", list(MUTATIONS)[:: 1 if FULL else 2])
def test_search_for_leaks_detects_broken_visibility(
    readers: Readers, client_of: Sign, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    role, leaked = LEAKS[mistake]
    browser = browser_of(readers, role, client_of)
    permitted = READS[role] | OPENS[role]
    assert not leaked & permitted
    if FULL_WALKS:  # else another test's
        assert look_at_people(browser, handles()) <= permitted
    if viewer := Delegate.objects.filter(user=readers[role] or 0).first():
        show_first(viewer)  # else a government's delegate sees no civil society anyway
    apply_mutation(mistake, monkeypatch)
    whose = {canary.split("-")[1] for canary in leaked}
    of_whom = handles() if FULL_WALKS else [named(key).handle for key in sorted(whose)]
    assert leaked <= look_at_people(browser, of_whom) - permitted


@pytest.mark.prove
def test_page_crawl_detects_visibility_that_shows_everything(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_mutation("shows everything", monkeypatch)
    found = find_canaries_in_pages(LinkClient(), all_paths())
    for key in PEOPLE:
        # Whoever has no account or hides is not listed, whatever their audiences say.
        if key not in ("closed", "imported", "paused", "withdrew"):
            assert canaries_of(key, *PROFILE, *CHANNELS) <= found, key


# Refusals and exports ------------------------------------------------------------------


def test_refusals_leak_nothing(readers: Readers, client_of: Sign, settings: Settings) -> None:
    browser = browser_of(readers, "delegate", client_of)
    strict = LinkClient(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    handle, shown = named("quiet").handle, named("open").handle
    settings.REVEALS_PER_DAY = 0
    for status, answer in (
        (400, browser.get("/directory/?page=zq-quiet-name")),
        (400, browser.get("/directory/", {"q": "\0"})),
        (403, browser.get("/admin/participants/delegate/")),
        (403, strict.post(f"/directory/{shown}/show/")),
        (404, browser.get(f"/directory/{handle}/")),
        (404, browser.post(f"/directory/{handle}/show/")),
        (404, browser.post(f"/directory/{handle}/introduce/")),
        (405, browser.post(f"/directory/{handle}/")),
        (405, browser.delete(f"/directory/{shown}/")),
        (429, browser.post(f"/directory/{shown}/show/")),
        (429, browser.post(f"/directory/{shown}.vcf")),
    ):
        assert answer.status_code == status
        assert find_canaries(response_text(answer)) - canaries_of("quiet", "name") == set(), status
        if answer.request["QUERY_STRING"] == "":
            assert find_canaries(response_text(answer)) == set(), status


@pytest.mark.walk
@pytest.mark.parametrize("role", ["co-chair", "operator"])
def test_export_names_no_person(readers: Readers, client_of: Sign, role: str) -> None:
    browser = browser_of(readers, role, client_of)
    of_people = {
        canary
        for key in PEOPLE
        for canary in canaries_of(key, *PROFILE, *CHANNELS, *HELD, "signin")
    } - {canary for key in PEOPLE for canary in canaries_of(key, "hideout")}  # an organisation
    found: set[str] = set()
    for kind, path in product((0, 1), ("participants/organisation", "outcomes/commitment")):
        answer = browser.post(f"/admin/{path}/export/", {"format": kind, "resource": ""})
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
        found |= find_canaries(response_text(answer))
    assert found & of_people == set()
    assert canaries_of("event", "organisation", "commitment") <= found
    event = Event.objects.get(slug="zq-event-slug")
    answer = browser.get(f"/admin/roundtable/event/{event.pk}/workbook/")
    book = load_workbook(BytesIO(answer.content))
    cells = [cell.value for page in book.worksheets for row in page.iter_rows() for cell in row]
    said = find_canaries("\n".join(str(cell) for cell in cells))
    assert said & of_people == set()
    assert canaries_of("event", "organisation", "commitment", "point", "title") <= said
