"""Upgrades the database of a release and asks its pages: `python -m tests.upgrade.ask RELEASE`.

With --all every address as every role, else a page of each kind. It works in the database that
DATABASE_URL names, which must be empty; without it in an SQLite file of its own. Ends with an
error that says what is wrong.
"""

import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from unittest.mock import patch

RELEASE, EVERYTHING = sys.argv[1], "--all" in sys.argv[2:]
folder = tempfile.TemporaryDirectory(prefix="roundtable-upgrade-")
FILE = Path(folder.name) / "portal.sqlite3"
os.environ.update(
    RELEASE=RELEASE, DATA=folder.name, DJANGO_SETTINGS_MODULE="tests.upgrade.settings"
)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FILE}")

import django  # noqa: E402

django.setup()

import time_machine  # noqa: E402
from allauth.mfa.models import Authenticator  # noqa: E402
from django.contrib import admin  # noqa: E402
from django.core import signing  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.utils.crypto import salted_hmac  # noqa: E402

from outcomes.models import Commitment, Handover  # noqa: E402
from participants.models import User  # noqa: E402
from participants.privacy import erasure_ledger  # noqa: E402
from roundtable.database import schema  # noqa: E402
from roundtable.encryption import decrypt  # noqa: E402
from tests.canaries import BY_OBJECT, all_paths  # noqa: E402
from tests.email_links import LinkClient  # noqa: E402
from tests.permission_matrix import ADMIN_PATHS  # noqa: E402
from tests.sign_in import TOTP_SECRET, sign_in  # noqa: E402
from tests.test_urls import MAP  # noqa: E402
from tests.upgrade.decisions import Kept  # noqa: E402
from tests.upgrade.earlier import Earlier, is_earlier  # noqa: E402
from tests.upgrade.releases import FOLDER, clock_of, read_database  # noqa: E402
from tests.url_patterns import list_admin_paths, page_paths  # noqa: E402

# Who asks, by sign-in address or by the name of the profile.
ROLES = {
    "visitor": "",
    "delegate": "Delegate",
    "quiet delegate": "Quiet Delegate",
    "focal point": "Focal Point",
    "outsider": "Outsider",
    "unconfirmed": "Unconfirmed",
    "owner": "zq-quiet-name",
    "co-chair": "cochair@example.org",
    "operator": "operator@example.org",
}
PUBLIC = "/ /roundtables/ /outcomes/ /commitments/ /progress/ /progress/matrix/ /organisations/"
PUBLIC += " /directory/ /search/?q=protect /changes/ /about/ /privacy/ /feed.atom /calendar.ics"
OWN = "/me/ /me/preview/ /me/consent/ /me/data/ /me/looks/ /me/commitments/ /me/introductions/"
EVENT = "ZQEVENT"
# Links in emails of a release, by their keys, and the pages to which they lead.
LINKS = {
    "/links/to-/": "invitations",
    "/links/to-review/": "review",
    "/links/to-hide/": "hide",
    "/links/to-unsubscribe/": "following",
}
MOST = 6  # objects of one address that a role asks about


def load() -> None:
    """Fills the empty database with that of the release, and puts its files beside it."""
    shutil.copytree(FOLDER / RELEASE / "data", folder.name, dirs_exist_ok=True)
    content = read_database(RELEASE, connection.vendor)
    if connection.vendor == "sqlite" and content.startswith(b"SQLite format 3"):
        FILE.write_bytes(content)
        return
    text = content.decode()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(FILE)) as database:
            database.executescript(text)
        return
    with connection.cursor() as cursor:
        cursor.execute(text)
    connection.close()  # the text changed where names are looked for


def check() -> Iterator[str]:
    """What is wrong with what is stored."""
    if found := schema.fault():
        yield found
    # Emails that wait since that day are a warning.
    call_command("check", databases=["default"], fail_level="ERROR", stdout=StringIO())
    if not Handover.objects.exclude(returned_by=None).exists():
        yield "no one is known to have returned a task"
    # The first one makes the file of seals, the second one compares with it.
    for _each in range(2):
        told = StringIO()
        try:
            call_command("verify", stdout=StringIO(), stderr=told)
        except CommandError:
            yield f"verify: {told.getvalue()}"
    marks = {mark for _number, mark in erasure_ledger.read_ledger()}
    if not marks or marks != set(erasure_ledger.saved_marks()):
        yield "the ledger of erasures is another one"
    apps = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    if TOTP_SECRET not in {decrypt(app.data["secret"]) for app in apps}:
        yield "no second factor can be opened"


def earlier_links() -> Iterator[str]:
    """Links in emails of the release, which had no table of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, created_at FROM outcomes_reportlink WHERE revoked_at IS NULL")
        for number, value in cursor.fetchall():
            at = datetime.fromisoformat(str(value)).replace(tzinfo=UTC).isoformat()
            yield f"/report/{signing.dumps([number, at], salt='outcomes.reporting.links')}/"
        cursor.execute(
            "SELECT handle, user_id, hide_link_version FROM participants_delegate "
            "WHERE user_id IS NOT NULL"
        )
        for handle, user, version in cursor.fetchall():
            content = [handle, pseudonym(user), version]
            yield f"/hide/{signing.dumps(content, salt='participants.accounts.emails')}/"
        cursor.execute("SELECT DISTINCT user_id FROM outcomes_subscription")
        for (user,) in cursor.fetchall():
            token = signing.dumps(pseudonym(user), salt="outcomes.changes.subscriptions")
            yield f"/following/{token}/"
    yield "/invitations/to-/"


def pseudonym(user: int) -> str:
    """What stood for an account in a link."""
    salt = "participants.accounts.addresses"
    return salted_hmac(salt, str(user), algorithm="sha256").hexdigest()[:20]


def ask_links(links: dict[str, str]) -> Iterator[str]:
    """The links that no longer lead to their page."""
    for path, page in links.items():
        leads_to = Client().get(path).headers.get("Location", "")
        if not re.fullmatch(rf"/{page}/\d+/", leads_to):
            yield f"{path} leads to {leads_to or 'nothing'}"


def client_of(role: str) -> Client:
    """A browser in which someone of that role is signed in."""
    client, name = LinkClient(raise_request_exception=False), ROLES[role]
    if name:
        field = "email" if "@" in name else "delegate__name"
        sign_in(client, User.objects.get(**{field: name}))
    return client


def of_each_kind(role: str) -> list[str]:
    """A page of each kind that the role may see."""
    commitment = Commitment.objects.get(reference=f"{EVENT}-C1")
    point = commitment.outcomes.filter(statement__event=commitment.event)[0]
    organisation = commitment.parties.exclude(organisation=None)[0].organisation
    assert organisation
    person = User.objects.get(delegate__name="zq-open-name").delegate
    shown = [row.get_absolute_url() for row in (commitment.event, point, commitment)]
    shown += [organisation.get_absolute_url(), person.get_absolute_url()]
    if role == "co-chair":  # reads public pages as a delegate does
        lists = (f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in listed())
        return ["/admin/", f"/admin/outcomes/commitment/{commitment.pk}/change/", *lists]
    found = [*PUBLIC.split(), *shown, *(f"{page.rstrip('/')}.atom" for page in shown[:4])]
    return found + OWN.split() if role == "delegate" else found


def listed() -> list[type[models.Model]]:
    """The models that every co-chair finds in the admin."""
    names = {"commitment", "outcome", "statement", "progressupdate", "delegate", "event"}
    return [model for model in admin.site._registry if model._meta.model_name in names]


def every_page(turn: int) -> Iterator[str]:
    """Every address, for each object there is.

    Of many objects each role takes some, so that all of them have their turn; in the admin the
    first, the middle and the last.
    """
    for name in page_paths():
        found = BY_OBJECT[name]() if name in BY_OBJECT else [MAP[name].path]
        step = max(1, len(found) // MOST)
        yield from found[turn % step :: step]
    yield from (path for path in all_paths() if "?" in path)
    rows = {model._meta.label_lower: model for model in admin.site._registry}
    for pattern in list_admin_paths():
        path = ADMIN_PATHS.get(pattern, pattern).replace("<bounded_int:number>", "1")
        if "<path:object_id>" not in path:
            yield f"/{path}"
            continue
        model = rows[".".join(path.split("/")[1:3])]
        numbers = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
        for pk in dict.fromkeys(numbers[:1] + numbers[len(numbers) // 2 :][:1] + numbers[-1:]):
            yield f"/{path.replace('<path:object_id>', str(pk))}"


def ask(role: str, wanted: list[str]) -> Iterator[str]:
    """The pages that do not answer as they should."""
    client = client_of(role)
    for path in wanted:
        response = client.get(path)
        if response.streaming:
            b"".join(response)
        if (path, response.status_code) == ("/readyz", 503):
            continue  # no worker runs here
        if response.status_code >= 500 or (not EVERYTHING and response.status_code != 200):
            yield f"{role}: {response.status_code} {path}"


def main() -> None:
    """Loads, migrates, checks, asks; says how many pages were asked."""
    load()
    links, at = LINKS, clock_of(RELEASE)
    with time_machine.travel(at, tick=False):
        before: Earlier | Kept
        if is_earlier():
            links = {path: path.split("/")[1] for path in earlier_links()}
            before = Earlier(at)
        else:
            before = Kept(RELEASE, at)
        call_command("migrate", verbosity=0)
        wrong, asked = [*check(), *ask_links(links), *before.wrong()], 0
        roles = list(ROLES) if EVERYTHING else ["visitor", "delegate", "co-chair"]
        with patch("outcomes.changes.pdf.render_pdf", lambda html, style: b"%PDF-1.7"):
            for turn, role in enumerate(roles):
                wanted = list(every_page(turn)) if EVERYTHING else of_each_kind(role)
                wanted = [path for path in wanted if not path.endswith("/logout/")]
                wrong += ask(role, wanted)
                asked += len(wanted)
    connection.close()
    folder.cleanup()
    sys.stdout.write(f"{asked} pages of {RELEASE} on {connection.vendor}\n")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    setup_test_environment()
    main()
