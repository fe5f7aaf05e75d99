"""What people agree to before anything of them is shared, and how they take it back."""

import re
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from participants.accounts.emails import write_to_account, write_to_cochairs
from participants.accounts.sessions import end_sessions
from participants.models import Audience, Consent, ConsentNotice, Delegate
from roundtable.audit import log as audit

NOTICES = Path(__file__).resolve().parent / "notices"
FALLBACK = "en"
LOGGED_AS = "consent "  # and what was done, as the log's act
_FILE_NAME = re.compile(r"sharing-([1-9][0-9]*)\.([a-z]{2,3}(?:-[a-z]+)?)\.txt")


class NoticeChanged(Exception):
    """The wording of a version in the file is another one than the version that was recorded."""


def notice_files() -> dict[tuple[int, str], Path]:
    """The file of each version and language of the notice."""
    found = {}
    for path in NOTICES.iterdir():
        if match := _FILE_NAME.fullmatch(path.name):
            found[int(match[1]), match[2]] = path
    return found


def text_of(path: Path) -> str:
    """The wording in a file, the same whatever its line ends."""
    return path.read_text(encoding="utf-8").strip()


def current_notice(language: str) -> ConsentNotice:
    """The newest version of the notice in that language, or in English where it has no such one.

    A version that nobody has agreed to so far comes unsaved, for reading changes nothing; `give`
    and `renew` store it. Raises NoticeChanged where the recorded wording differs from the file.
    """
    files = notice_files()
    version = max(version for version, _language in files)
    language = language.lower()
    for known in (language, language.split("-")[0], FALLBACK):
        if (version, known) in files:
            return _notice(version, known, text_of(files[version, known]))
    raise FileNotFoundError(f"sharing-{version}.{FALLBACK}.txt")


def changed_notices() -> list[str]:
    """The names of files whose words are others than those recorded for their version."""
    files = notice_files()
    recorded = ConsentNotice.objects.filter(purpose=ConsentNotice.Purpose.SHARING)
    return [
        path.name
        for notice in recorded
        if (path := files.get((notice.version, notice.language)))
        and not _is_worded(notice, text_of(path))
    ]


def _is_worded(notice: ConsentNotice, text: str) -> bool:
    return notice.text == text and notice.sha256 == ConsentNotice.digest(text)


def _notice(version: int, language: str, text: str) -> ConsentNotice:
    """The recorded notice, or a new one that is not stored yet."""
    key = {"purpose": ConsentNotice.Purpose.SHARING, "version": version, "language": language}
    recorded = ConsentNotice.objects.filter(**key).first()
    if recorded is None:
        return ConsentNotice(**key, text=text, sha256=ConsentNotice.digest(text))
    if not _is_worded(recorded, text):
        raise NoticeChanged(
            f"sharing-{version}.{language}.txt is not what people agreed to. Put its words back "
            "and write the new ones into the file of a new version."
        )
    return recorded


def record_of(delegate: Delegate) -> QuerySet[Consent]:
    """Each act of the person's consent with its wording, the oldest first."""
    return delegate.consents.select_related("notice").order_by("at", "pk")


def agreed_version(delegate: Delegate) -> int | None:
    """The version that the person's consent stands under; None without a consent."""
    if delegate.consented_at is None:
        return None
    last = record_of(delegate).last()
    return last.notice.version if last else None


@transaction.atomic
def give(delegate: Delegate, *, notice: ConsentNotice, by: Consent.By, at: datetime) -> Consent:
    """The person agrees to this wording; from now on they may choose whom they share with."""
    _lock(delegate, "consented_at", "reviewed_on")
    delegate.consented_at, delegate.reviewed_on = at, at.date()
    delegate.save(update_fields=["consented_at", "reviewed_on"])
    return _add(delegate, Consent.Act.GIVEN, notice=notice, by=by, at=at)


@transaction.atomic
def renew(delegate: Delegate, *, notice: ConsentNotice, by: Consent.By, at: datetime) -> Consent:
    """The person says that all is still right, under this wording."""
    _lock(delegate, "consented_at", "reviewed_on")
    delegate.consented_at, delegate.reviewed_on = at, at.date()
    delegate.save(update_fields=["consented_at", "reviewed_on"])
    return _add(delegate, Consent.Act.RENEWED, notice=notice, by=by, at=at)


@transaction.atomic
def withdraw(delegate: Delegate, *, by: Consent.By, at: datetime) -> Consent | None:
    """Takes the consent back: the listing and each channel are the person's alone at once.

    Nothing is removed. None where there was no consent; then too all is narrowed.
    """
    _lock(delegate, "consented_at", "listed_to")
    had_consent = delegate.consented_at is not None
    delegate.consented_at, delegate.listed_to = None, Audience.ONLY_ME
    delegate.save(update_fields=["consented_at", "listed_to"])
    delegate.channels.exclude(audience=Audience.ONLY_ME).update(audience=Audience.ONLY_ME)
    if not had_consent:
        return None
    last = record_of(delegate).last()
    notice = last.notice if last else current_notice(FALLBACK)
    return _add(delegate, Consent.Act.WITHDRAWN, notice=notice, by=by, at=at)


@transaction.atomic
def pause(delegate: Delegate, *, by: Consent.By, at: datetime) -> bool:
    """Hides all of the person at once and ends their sessions; false where it was hidden before.

    Then nothing is done: a message that was handed on must not sign its owner out again and again.
    The door shows nothing of a person who is paused, whatever they chose. The co-chairs are told
    that somebody paused, at most once a day and not who: that alone can put a person at risk.
    """
    _lock(delegate, "paused_at")
    if delegate.paused_at:
        return False
    if delegate.user:
        end_sessions(delegate.user)
    delegate.paused_at = at
    delegate.save(update_fields=["paused_at"])
    audit.record(act="pause", at=at, actor=delegate.user, subject=delegate, detail=by.value)
    for participation in delegate.participations.select_related("event"):
        write_to_cochairs(
            participation.event,
            cause=f"pause {participation.pk} {at:%Y-%m-%d}",
            template="participants/mail/profile_paused",
            context={"event": participation.event},
            at=at,
        )
    return True


@transaction.atomic
def resume(delegate: Delegate, *, at: datetime) -> bool:
    """Shows the person again to whom they chose before; false where they were not hidden."""
    _lock(delegate, "paused_at")
    if not delegate.paused_at:
        return False
    delegate.paused_at = None
    delegate.save(update_fields=["paused_at"])
    audit.record(act="resume", at=at, actor=delegate.user, subject=delegate)
    return True


@transaction.atomic
def end_links(delegate: Delegate, *, at: datetime) -> None:
    """The links that hide the person stop working, for another may hold one; a new one is sent."""
    _lock(delegate, "link_round")
    assert delegate.user is not None
    delegate.link_round += 1
    delegate.save(update_fields=["link_round"])
    audit.record(act="end links", at=at, actor=delegate.user, subject=delegate)
    write_to_account(
        delegate.user,
        cause=f"end links {delegate.pk} {delegate.link_round}",
        template="participants/mail/links_ended",
        context={},
        at=at,
    )


def told_of(consent: Consent) -> str:
    """What the log's entry says of a consent beside who, what and when."""
    notice = consent.notice
    return f"{notice.purpose} {notice.version} {notice.language} {consent.by}"


def _lock(delegate: Delegate, *fields: str) -> None:
    """Holds the person's row, and reads anew what is about to be changed."""
    rows = Delegate.objects.select_for_update()
    delegate.refresh_from_db(fields=fields, from_queryset=rows)


def _add(
    delegate: Delegate, act: Consent.Act, *, notice: ConsentNotice, by: Consent.By, at: datetime
) -> Consent:
    if notice.pk is None:
        notice = _store(notice)
    consent = Consent(delegate=delegate, notice=notice, act=act, by=by, at=at)
    consent.full_clean()
    consent.save()
    audit.record(
        act=LOGGED_AS + act.value,
        at=at,
        actor=None if by == Consent.By.REVIEW else delegate.user,
        subject=delegate,
        detail=told_of(consent),
    )
    return consent


def _store(notice: ConsentNotice) -> ConsentNotice:
    """The notice's row; another request may have made it meanwhile."""
    notice.full_clean(validate_unique=False, validate_constraints=False)
    row, _created = ConsentNotice.objects.get_or_create(
        purpose=notice.purpose,
        version=notice.version,
        language=notice.language,
        defaults={"text": notice.text, "sha256": notice.sha256},
    )
    if row.sha256 != notice.sha256:
        raise NoticeChanged(f"Another wording of version {notice.version} was recorded meanwhile.")
    return row
