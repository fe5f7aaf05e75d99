"""What people agree to before anything of them is shared, and how they take it back."""

import re
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from participants.accounts.emails import email_account, email_cochairs
from participants.accounts.sessions import end_sessions
from participants.models import Audience, Consent, ConsentNotice, Delegate
from roundtable.audit import log as audit

NOTICE_DIR = Path(__file__).resolve().parent / "notices"
FALLBACK_LANGUAGE = "en"
ACTION_PREFIX = "consent "  # and what was done, as the log's act
_FILE_NAME = re.compile(r"sharing-([1-9][0-9]*)\.([a-z]{2,3}(?:-[a-z]+)?)\.txt")


class NoticeChangedError(Exception):
    """The wording of a version in the file is another one than the version that was recorded."""


def notice_files() -> dict[tuple[int, str], Path]:
    """The file of each version and language of the notice."""
    found = {}
    for path in NOTICE_DIR.iterdir():
        if match := _FILE_NAME.fullmatch(path.name):
            found[int(match[1]), match[2]] = path
    return found


def read_notice(path: Path) -> str:
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
    for candidate in (language, language.split("-")[0], FALLBACK_LANGUAGE):
        if (version, candidate) in files:
            return _notice(version, candidate, read_notice(files[version, candidate]))
    raise FileNotFoundError(f"sharing-{version}.{FALLBACK_LANGUAGE}.txt")


def changed_notices() -> list[str]:
    """The names of files whose words are others than those recorded for their version."""
    files = notice_files()
    recorded = ConsentNotice.objects.filter(purpose=ConsentNotice.Purpose.SHARING)
    return [
        path.name
        for notice in recorded
        if (path := files.get((notice.version, notice.language)))
        and not _has_wording(notice, read_notice(path))
    ]


def _has_wording(notice: ConsentNotice, text: str) -> bool:
    return notice.text == text and notice.sha256 == ConsentNotice.digest(text)


def _notice(version: int, language: str, text: str) -> ConsentNotice:
    """The recorded notice, or a new one that is not stored yet."""
    key = {"purpose": ConsentNotice.Purpose.SHARING, "version": version, "language": language}
    recorded = ConsentNotice.objects.filter(**key).first()
    if recorded is None:
        return ConsentNotice(**key, text=text, sha256=ConsentNotice.digest(text))
    if not _has_wording(recorded, text):
        raise NoticeChangedError(
            f"sharing-{version}.{language}.txt is not what people agreed to. Put its words back "
            "and write the new ones into the file of a new version."
        )
    return recorded


def consent_history(delegate: Delegate) -> QuerySet[Consent]:
    """Each act of the person's consent with its wording, the oldest first."""
    return delegate.consents.select_related("notice").order_by("at", "pk")


def agreed_version(delegate: Delegate) -> int | None:
    """The version that the person's consent stands under; None without a consent."""
    if delegate.consented_at is None:
        return None
    last = consent_history(delegate).last()
    return last.notice.version if last else None


@transaction.atomic
def give_consent(
    delegate: Delegate, *, notice: ConsentNotice, by: Consent.By, at: datetime
) -> Consent:
    """The person agrees to this wording; from now on they may choose whom they share with."""
    _lock_delegate(delegate, "consented_at", "reviewed_on")
    delegate.consented_at, delegate.reviewed_on = at, at.date()
    delegate.save(update_fields=["consented_at", "reviewed_on"])
    return _add_consent(delegate, Consent.Action.GIVEN, notice=notice, by=by, at=at)


@transaction.atomic
def renew_consent(
    delegate: Delegate, *, notice: ConsentNotice, by: Consent.By, at: datetime
) -> Consent:
    """The person says that all is still right, under this wording."""
    _lock_delegate(delegate, "consented_at", "reviewed_on")
    delegate.consented_at, delegate.reviewed_on = at, at.date()
    delegate.save(update_fields=["consented_at", "reviewed_on"])
    return _add_consent(delegate, Consent.Action.RENEWED, notice=notice, by=by, at=at)


@transaction.atomic
def withdraw_consent(delegate: Delegate, *, by: Consent.By, at: datetime) -> Consent | None:
    """Takes the consent back: the listing and each channel are the person's alone at once.

    Nothing is removed. None where there was no consent; then too all is narrowed.
    """
    _lock_delegate(delegate, "consented_at", "listed_to")
    had_consent = delegate.consented_at is not None
    delegate.consented_at, delegate.listed_to = None, Audience.ONLY_ME
    delegate.save(update_fields=["consented_at", "listed_to"])
    delegate.channels.exclude(audience=Audience.ONLY_ME).update(audience=Audience.ONLY_ME)
    if not had_consent:
        return None
    last = consent_history(delegate).last()
    notice = last.notice if last else current_notice(FALLBACK_LANGUAGE)
    return _add_consent(delegate, Consent.Action.WITHDRAWN, notice=notice, by=by, at=at)


@transaction.atomic
def hide_profile(delegate: Delegate, *, by: Consent.By, at: datetime) -> bool:
    """Hides all of the person at once and ends their sessions; false where it was hidden before.

    Then nothing is done: a message that was handed on must not sign its owner out again and again.
    The door shows nothing of a person who is paused, whatever they chose. The co-chairs are told
    that somebody paused, at most once a day and not who: that alone can put a person at risk.
    """
    _lock_delegate(delegate, "hidden_at")
    if delegate.hidden_at:
        return False
    if delegate.user:
        end_sessions(delegate.user)
    delegate.hidden_at = at
    delegate.save(update_fields=["hidden_at"])
    audit.record(action="pause", at=at, actor=delegate.user, subject=delegate, detail=by.value)
    for participation in delegate.participations.select_related("event"):
        email_cochairs(
            participation.event,
            dedup_key=f"pause {participation.pk} {at:%Y-%m-%d}",
            template="participants/privacy/emails/profile_hidden",
            context={"event": participation.event},
            at=at,
        )
    return True


@transaction.atomic
def unhide_profile(delegate: Delegate, *, at: datetime) -> bool:
    """Shows the person again to whom they chose before; false where they were not hidden."""
    _lock_delegate(delegate, "hidden_at")
    if not delegate.hidden_at:
        return False
    delegate.hidden_at = None
    delegate.save(update_fields=["hidden_at"])
    audit.record(action="resume", at=at, actor=delegate.user, subject=delegate)
    return True


@transaction.atomic
def revoke_hide_links(delegate: Delegate, *, at: datetime) -> None:
    """The links that hide the person stop working, for another may hold one; a new one is sent."""
    _lock_delegate(delegate, "hide_link_version")
    assert delegate.user is not None
    delegate.hide_link_version += 1
    delegate.save(update_fields=["hide_link_version"])
    audit.record(action="end links", at=at, actor=delegate.user, subject=delegate)
    email_account(
        delegate.user,
        dedup_key=f"end links {delegate.pk} {delegate.hide_link_version}",
        template="participants/privacy/emails/hide_links_revoked",
        context={},
        at=at,
    )


def log_detail(consent: Consent) -> str:
    """What the log's entry says of a consent beside who, what and when."""
    notice = consent.notice
    return f"{notice.purpose} {notice.version} {notice.language} {consent.by}"


def _lock_delegate(delegate: Delegate, *fields: str) -> None:
    """Holds the person's row, and reads anew what is about to be changed."""
    rows = Delegate.objects.select_for_update()
    delegate.refresh_from_db(fields=fields, from_queryset=rows)


def _add_consent(
    delegate: Delegate,
    action: Consent.Action,
    *,
    notice: ConsentNotice,
    by: Consent.By,
    at: datetime,
) -> Consent:
    if notice.pk is None:
        notice = _store_notice(notice)
    consent = Consent(delegate=delegate, notice=notice, action=action, by=by, at=at)
    consent.full_clean()
    consent.save()
    audit.record(
        action=ACTION_PREFIX + action.value,
        at=at,
        actor=None if by == Consent.By.REVIEW else delegate.user,
        subject=delegate,
        detail=log_detail(consent),
    )
    return consent


def _store_notice(notice: ConsentNotice) -> ConsentNotice:
    """The notice's row; another request may have made it meanwhile."""
    notice.full_clean(validate_unique=False, validate_constraints=False)
    row, _created = ConsentNotice.objects.get_or_create(
        purpose=notice.purpose,
        version=notice.version,
        language=notice.language,
        defaults={"text": notice.text, "sha256": notice.sha256},
    )
    if row.sha256 != notice.sha256:
        raise NoticeChangedError(
            f"Another wording of version {notice.version} was recorded meanwhile."
        )
    return row
