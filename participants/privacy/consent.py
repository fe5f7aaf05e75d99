"""Consent to sharing: notices, agreement, withdrawal and hiding."""

import re
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from participants.accounts.emails import email_account
from participants.accounts.sessions import end_sessions
from participants.models import (
    Audience,
    Consent,
    ConsentNotice,
    Delegate,
    EmailLink,
    HidingWay,
)
from roundtable.audit import log as audit

NOTICE_DIR = Path(__file__).resolve().parent / "notices"
FALLBACK_LANGUAGE = "en"
ACTION_PREFIX = "consent "  # followed by the action, in the audit log
_FILE_NAME = re.compile(r"sharing-([1-9][0-9]*)\.([a-z]{2,3}(?:-[a-z]+)?)\.txt")


class NoticeChangedError(Exception):
    """The notice file differs from the recorded wording of that version."""


def notice_files() -> dict[tuple[int, str], Path]:
    found = {}
    for path in NOTICE_DIR.iterdir():
        if match := _FILE_NAME.fullmatch(path.name):
            found[int(match[1]), match[2]] = path
    return found


def read_notice(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def current_version() -> int:
    return max(version for version, _language in notice_files())


def current_notice(language: str) -> ConsentNotice:
    """The latest notice in that language, or in English if there is no translation.

    It is unsaved if no one has agreed to it yet. Raises NoticeChangedError.
    """
    files = notice_files()
    version = current_version()
    language = language.lower()
    for candidate in (language, language.split("-")[0], FALLBACK_LANGUAGE):
        if (version, candidate) in files:
            return _notice(version, candidate, read_notice(files[version, candidate]))
    raise FileNotFoundError(f"sharing-{version}.{FALLBACK_LANGUAGE}.txt")


def changed_notices() -> list[str]:
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
    key = {"purpose": ConsentNotice.Purpose.SHARING, "version": version, "language": language}
    recorded = ConsentNotice.objects.filter(**key).first()
    if recorded is None:
        return ConsentNotice(**key, text=text, sha256=ConsentNotice.digest(text))
    if not _has_wording(recorded, text):
        raise NoticeChangedError(
            f"sharing-{version}.{language}.txt is not the text that people agreed to. "
            "Restore its text. Write the new text into a file for a new version."
        )
    return recorded


def consent_history(delegate: Delegate) -> QuerySet[Consent]:
    return delegate.consents.select_related("notice").order_by("at", "pk")


def agreed_version(delegate: Delegate) -> int | None:
    if delegate.consented_at is None:
        return None
    last = consent_history(delegate).last()
    return last.notice.version if last else None


def is_outdated(delegate: Delegate) -> bool:
    """Whether the person agreed to an earlier notice than the current one."""
    version = agreed_version(delegate)
    return version is not None and version < current_version()


def agreed_detail(delegate: Delegate) -> str:
    """For the log of an act that shares something: the notice that the person agreed to."""
    version = agreed_version(delegate)
    return f"{ConsentNotice.Purpose.SHARING} {version}" if version else ""


def with_outdated_consent() -> QuerySet[Delegate]:
    """The people for whom is_outdated() is true."""
    last = Consent.objects.filter(delegate=OuterRef("pk")).order_by("-at", "-pk")
    people = Delegate.objects.filter(consented_at__isnull=False, erased_at=None)
    people = people.annotate(last_version=Subquery(last.values("notice__version")[:1]))
    return people.filter(last_version__lt=current_version())


def give_consent(
    delegate: Delegate, *, notice: ConsentNotice, by: Consent.By, at: datetime
) -> Consent:
    return _agree(delegate, Consent.Action.GIVEN, notice=notice, by=by, at=at)


def renew_consent(
    delegate: Delegate, *, notice: ConsentNotice, by: Consent.By, at: datetime
) -> Consent:
    return _agree(delegate, Consent.Action.RENEWED, notice=notice, by=by, at=at)


@transaction.atomic
def _agree(
    delegate: Delegate,
    action: Consent.Action,
    *,
    notice: ConsentNotice,
    by: Consent.By,
    at: datetime,
) -> Consent:
    delegate.write(consented_at=at, reviewed_on=at.date())
    _close_request(delegate, at)
    return _add_consent(delegate, action, notice=notice, by=by, at=at)


@transaction.atomic
def withdraw_consent(delegate: Delegate, *, by: Consent.By, at: datetime) -> Consent | None:
    """Withdraws consent and sets the listing and all channels to “Only me”.

    Returns None if there was no consent. The audiences are reset all the same.
    """
    delegate.lock()
    had_consent = delegate.consented_at is not None
    delegate.write(consented_at=None, listed_to=Audience.ONLY_ME)
    delegate.channels.exclude(audience=Audience.ONLY_ME).update(audience=Audience.ONLY_ME)
    _close_request(delegate, at)
    if not had_consent:
        return None
    last = consent_history(delegate).last()
    notice = last.notice if last else current_notice(FALLBACK_LANGUAGE)
    return _add_consent(delegate, Consent.Action.WITHDRAWN, notice=notice, by=by, at=at)


def _close_request(delegate: Delegate, at: datetime) -> None:
    delegate.consent_requests.filter(closed_on=None).update(closed_on=at.date())


@transaction.atomic
def hide_profile(
    delegate: Delegate, *, by: Consent.By | HidingWay, at: datetime, organisation: str = ""
) -> bool:
    """Hides the profile and ends all sessions. Returns False if no one could see it anyway.

    The desk is not told, and its lists and numbers stay: the difference would name the person.
    """
    delegate.lock()
    # Do nothing more: a forwarded link must not sign the owner out again and again.
    if delegate.hidden_at or delegate.erased_at:
        return False
    if delegate.user:
        end_sessions(delegate.user)
    delegate.write(hidden_at=at)
    audit.record(
        action="pause",
        at=at,
        # Who hid someone at the desk could read in their own data whether that person was there.
        actor=None if by == HidingWay.DESK else delegate.user,
        subject=delegate,
        organisation=organisation,
        detail=by.value,
    )
    if delegate.user and by != Consent.By.OWNER:
        email_account(
            delegate.user,
            dedup_key=f"hidden {delegate.pk} {at.isoformat()}",
            template="participants/privacy/emails/hidden",
            context={},
            at=at,
        )
    return True


@transaction.atomic
def unhide_profile(delegate: Delegate, *, at: datetime) -> bool:
    """Returns False if the profile was not hidden, or stays hidden until the person agrees to the
    current notice."""
    delegate.lock()
    if not delegate.hidden_at or is_outdated(delegate):
        return False
    delegate.write(hidden_at=None)
    audit.record(
        action="resume",
        at=at,
        actor=delegate.user,
        subject=delegate,
        detail=agreed_detail(delegate),
    )
    return True


@transaction.atomic
def revoke_hide_links(delegate: Delegate, *, at: datetime) -> None:
    delegate.lock()
    assert delegate.user is not None
    # Someone else may have a link. All links stop working, and the email contains a new one.
    EmailLink.objects.of(EmailLink.Purpose.HIDE).filter(delegate=delegate).revoke(at)
    audit.record(action="end links", at=at, actor=delegate.user, subject=delegate)
    email_account(
        delegate.user,
        dedup_key=f"end links {delegate.pk} {at.isoformat()}",
        template="participants/privacy/emails/hide_links_revoked",
        context={},
        at=at,
    )


def log_detail(consent: Consent) -> str:
    notice = consent.notice
    return f"{notice.purpose} {notice.version} {notice.language} {consent.by}"


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
        actor=None if by in (Consent.By.REVIEW, Consent.By.NOTICE) else delegate.user,
        subject=delegate,
        detail=log_detail(consent),
    )
    return consent


def _store_notice(notice: ConsentNotice) -> ConsentNotice:
    notice.full_clean(validate_unique=False, validate_constraints=False)
    # Another request may have saved it first.
    row, _created = ConsentNotice.objects.get_or_create(
        purpose=notice.purpose,
        version=notice.version,
        language=notice.language,
        defaults={"text": notice.text, "sha256": notice.sha256},
    )
    if row.sha256 != notice.sha256:
        raise NoticeChangedError(
            f"Another request recorded a different text of version {notice.version}."
        )
    return row
