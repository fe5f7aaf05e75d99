"""A new version of the notice: who is asked to agree, until when, and what changed.

The daily command asks everyone who agreed to an earlier version, whatever they share, so that no
email tells whether someone shares anything.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from participants.accounts.addresses import delivery_address
from participants.accounts.emails import email_delegate
from participants.models import Consent, ConsentNotice, ConsentRequest, Delegate
from participants.privacy import consent, retention
from roundtable.text.diff import DiffSegment, diff_words

RESPONSE_PERIOD = timedelta(days=30)
REMINDER_LEAD = timedelta(days=7)
# Results of a run.
ASKED, REMINDED, NARROWED = "notice asked", "notice reminded", "notice narrowed"
EMAILS = "participants/privacy/emails"
TEMPLATES = {
    ASKED: f"{EMAILS}/notice_changed",
    REMINDED: f"{EMAILS}/notice_reminder",
    NARROWED: f"{EMAILS}/notice_not_agreed",
}


# What the earlier notice says in a place, and what the new one says there.
ParagraphChange = tuple[list[DiffSegment], list[DiffSegment]]


@dataclass(frozen=True)
class NoticeQuestion:
    """What a person is asked on their own pages."""

    notice: ConsentNotice
    # None until the email was queued.
    narrows_on: date | None
    # Paragraphs of the earlier and of the new notice; empty if their languages differ.
    changes: list[ParagraphChange]


def open_question(delegate: Delegate, language: str) -> NoticeQuestion | None:
    """None if the person agreed to no notice, or to the current one."""
    if not consent.is_outdated(delegate):
        return None
    notice = consent.current_notice(language)
    agreed = consent.consent_history(delegate).last()
    assert agreed is not None
    request = delegate.consent_requests.filter(closed_on=None).first()
    is_comparable = agreed.notice.language == notice.language
    return NoticeQuestion(
        notice=notice,
        narrows_on=request.narrows_on if request else None,
        changes=changed_paragraphs(agreed.notice.text, notice.text) if is_comparable else [],
    )


def changed_paragraphs(before: str, after: str) -> list[ParagraphChange]:
    old, new = before.splitlines(), after.splitlines()
    match = SequenceMatcher(None, old, new, autojunk=False)
    return [
        diff_words("\n".join(old[begin:end]).strip(), "\n".join(new[start:stop]).strip())
        for operation, begin, end, start, stop in match.get_opcodes()
        if operation != "equal"
    ]


def run_notice_requests(*, on: date, at: datetime, dry_run: bool = False) -> Counter[str]:
    """Asks, reminds and narrows, at most one of these per person, and counts them.

    A second run on the same day does nothing.
    """
    counts: Counter[str] = Counter()
    people = consent.with_outdated_consent().order_by("pk")
    for delegate_id in list(people.values_list("pk", flat=True)):
        counts.update(_process_delegate(delegate_id, on=on, at=at, dry_run=dry_run))
    return counts


@transaction.atomic
def _process_delegate(delegate_id: int, *, on: date, at: datetime, dry_run: bool) -> list[str]:
    delegate = Delegate.objects.select_for_update().get(pk=delegate_id)
    if delegate.user is None or not consent.is_outdated(delegate):
        return []  # answered, left or erased since the run began
    request = delegate.consent_requests.filter(closed_on=None).first()
    action = _due_action(delegate, request, on)
    if action is None:
        return []
    if not dry_run:
        _perform(delegate, request, action, on=max(on, at.date()), at=at)
    return [action] if delivery_address(delegate.user) else [action, retention.WITHOUT_MAILBOX]


def _due_action(delegate: Delegate, request: ConsentRequest | None, on: date) -> str | None:
    if request is None:
        # The page of the yearly review already asks for the new notice.
        return None if retention.is_review_pending(delegate) else ASKED
    if on >= request.narrows_on:
        return NARROWED
    is_reminder_due = on >= request.narrows_on - REMINDER_LEAD and not request.reminded_on
    return REMINDED if is_reminder_due else None


def _perform(
    delegate: Delegate, request: ConsentRequest | None, action: str, *, on: date, at: datetime
) -> None:
    if request is None:
        request = ConsentRequest(
            delegate=delegate,
            version=consent.current_version(),
            asked_on=on,
            narrows_on=on + RESPONSE_PERIOD,
        )
        request.full_clean()
        request.save()
    elif action == REMINDED:
        request.reminded_on = on
        request.save(update_fields=["reminded_on"])
    else:
        consent.withdraw_consent(delegate, by=Consent.By.NOTICE, at=at)
    email_delegate(
        delegate,
        dedup_key=f"{action} {request.version} {delegate.pk}",
        template=TEMPLATES[action],
        context={"url": f"{settings.PORTAL_URL}{reverse('me')}", "on": request.narrows_on},
        at=at,
    )
