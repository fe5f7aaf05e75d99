"""How long people are kept: the yearly profile review, and entries of people without an account.

After 11 months we ask the person. 30 days later we make the profile private. 12 months after that
we erase it, once two warnings were sent. Each period starts when the previous action was really
taken, so late runs shorten none. People without a mailbox get the same periods and no warnings.

Whom others entered is told within 30 days or erased; who never joined is erased 12 months after
the last entry or invitation.

All periods are in the table of outcomes/data_protection/retention.py.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext as _

from participants.accounts.addresses import delivery_address
from participants.accounts.emails import email_delegate
from participants.email_links.links import create_link
from participants.models import (
    Act,
    Consent,
    ConsentNotice,
    Delegate,
    EmailLink,
    Introduction,
    Invitation,
    InvitationRequest,
    Letter,
    ParticipantList,
    Participation,
    RetentionAction,
    RevealBudget,
    User,
)
from participants.privacy import consent, entry_notice
from participants.privacy.erasure import (
    erase_delegate,
)
from roundtable.audit import log as audit
from roundtable.audit.models import AuditEntry
from roundtable.audit.verify import find_log_faults
from roundtable.mail.models import QueuedEmail

Action = RetentionAction.Action
MONTHS_UNTIL_REVIEW = 11
RESPONSE_PERIOD = timedelta(days=30)
MONTHS_UNTIL_ERASED = 12
MONTHS_WITHOUT_ACCOUNT = 12
LETTER_KEPT_FOR = timedelta(days=30)
MONTHS_OF_MESSAGES = 12
FIRST_WARNING_LEAD = timedelta(days=60)
SECOND_WARNING_LEAD = timedelta(days=14)
# Minimum time between the two warnings, and between the second one and the erasure.
MIN_WARNING_INTERVAL = timedelta(days=14)
REVIEW_LINK_LIFETIME = timedelta(days=730)
# Results of a run that are not stored as retention actions.
ERASED, WARNING_FAILED, ERASURE_FAILED = "erased", "unwarned", "failed"
NEVER_JOINED_ERASED, TOLD, UNTOLD_ERASED = "never joined", "told", "untold"
# Counted in addition to an action if no email could be sent.
WITHOUT_MAILBOX = "unreached"
WARNINGS = (Action.WARNED, Action.WARNED_AGAIN)
TEMPLATES: dict[str, str] = {
    Action.CONFIRMATION_REQUESTED: "participants/privacy/emails/review_requested",
    Action.MADE_PRIVATE: "participants/privacy/emails/review_visibility_reduced",
    Action.WARNED: "participants/privacy/emails/review_erasure_warning",
    Action.WARNED_AGAIN: "participants/privacy/emails/review_erasure_warning",
}
NEVER = date.max


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def review_start(delegate: Delegate) -> date:
    """The day of the last confirmation, or of joining if there is none."""
    if delegate.reviewed_on:
        return delegate.reviewed_on
    assert delegate.user is not None
    return delegate.user.joined_at.date()


def next_action(
    since: date, taken: Mapping[str, date], *, has_mailbox: bool = True
) -> tuple[str, date]:
    """The next action and the day from which it is due.

    `taken` holds the days of earlier actions. A person without a mailbox is not warned. If they get
    one later, they receive the first warning.
    """
    if Action.CONFIRMATION_REQUESTED not in taken:
        return Action.CONFIRMATION_REQUESTED, add_months(since, MONTHS_UNTIL_REVIEW)
    if Action.MADE_PRIVATE not in taken:
        return Action.MADE_PRIVATE, taken[Action.CONFIRMATION_REQUESTED] + RESPONSE_PERIOD
    end = add_months(taken[Action.MADE_PRIVATE], MONTHS_UNTIL_ERASED)
    if not has_mailbox:
        # Wait for the date that earlier warnings announced.
        announced = [
            taken[action] + 2 * MIN_WARNING_INTERVAL for action in WARNINGS if action in taken
        ]
        return ERASED, max([end, *announced])
    if Action.WARNED not in taken:
        return Action.WARNED, end - FIRST_WARNING_LEAD
    if Action.WARNED_AGAIN not in taken:
        return Action.WARNED_AGAIN, max(
            end - SECOND_WARNING_LEAD, taken[Action.WARNED] + MIN_WARNING_INTERVAL
        )
    return ERASED, max(end, taken[Action.WARNED_AGAIN] + MIN_WARNING_INTERVAL)


def _dedup_key(delegate: Delegate, action: str) -> str:
    return f"review {action} {delegate.pk} {review_start(delegate):%Y-%m-%d}"


def _actions_taken(delegate: Delegate, *, has_mailbox: bool) -> dict[str, date]:
    """Actions of the current review. A warning counts from the day its email was sent."""
    since = review_start(delegate)
    taken = {
        row.action: row.taken_on
        for row in delegate.retention_actions.all()
        if row.review_started_on == since
    }
    if not has_mailbox:
        return taken
    for action in set(WARNINGS) & set(taken):
        emails = QueuedEmail.objects.filter(dedup_key=_dedup_key(delegate, action), is_sent=True)
        if sent_at := emails.values_list("done_at", flat=True).first():
            taken[action] = max(taken[action], sent_at.date())
        else:
            # An email that was never sent warns no one.
            taken[action] = NEVER - MIN_WARNING_INTERVAL
    return taken


def is_review_pending(delegate: Delegate) -> bool:
    if delegate.user_id is None:
        return False
    return delegate.retention_actions.filter(review_started_on=review_start(delegate)).exists()


def with_review_pending(people: QuerySet[Delegate]) -> QuerySet[Delegate]:
    """Those for whom is_review_pending() is true."""
    return _with_review_start(people).filter(Exists(_actions_of_this_review()))


def count_reviews_due(people: QuerySet[Delegate], on: date) -> int:
    """Number of these people who are asked within 30 days.

    People who did not answer in time are not counted. What a person shares makes no difference.
    """
    latest_start = add_months(on + RESPONSE_PERIOD, -MONTHS_UNTIL_REVIEW)
    made_private = _actions_of_this_review().filter(action=Action.MADE_PRIVATE)
    due = _with_review_start(people).filter(~Exists(made_private), counts_from__lte=latest_start)
    return due.count()


def _with_review_start(people: QuerySet[Delegate]) -> QuerySet[Any]:
    """Those with an account, each with the day of review_start()."""
    since = Coalesce("reviewed_on", TruncDate("user__joined_at", tzinfo=UTC))
    return people.filter(user__isnull=False).annotate(counts_from=since)


def _actions_of_this_review() -> QuerySet[RetentionAction]:
    return RetentionAction.objects.filter(
        delegate=OuterRef("pk"), review_started_on=OuterRef("counts_from")
    )


def _delegates_to_review(on: date) -> QuerySet[Delegate]:
    # Nothing can be due soon after a confirmation.
    long_ago = Q(reviewed_on=None) | Q(reviewed_on__lte=on - timedelta(days=300))
    return Delegate.objects.filter(long_ago, user__isnull=False)


def run_retention(*, on: date, at: datetime, dry_run: bool = False) -> Counter[str]:
    """Runs the due actions of reviews and erasures, at most one per person, and counts them.

    People without a mailbox are counted again as WITHOUT_MAILBOX. A second run on the same day does
    nothing.
    """
    counts: Counter[str] = Counter()
    for people, process in (
        (_delegates_to_review(on), _process_delegate),
        (_entries_to_process(on), _process_entry),
    ):
        for delegate_id in list(people.order_by("pk").values_list("pk", flat=True)):
            try:
                counts.update(process(delegate_id, on=on, at=at, dry_run=dry_run))
            except OSError:  # the ledger could not be written, so nothing was erased
                counts[ERASURE_FAILED] += 1
    return counts


@transaction.atomic
def _process_delegate(delegate_id: int, *, on: date, at: datetime, dry_run: bool) -> list[str]:
    delegate = Delegate.objects.select_for_update().filter(pk=delegate_id).first()
    if delegate is None or delegate.user is None:
        return []  # left or erased since the run began
    has_mailbox = bool(delivery_address(delegate.user))
    taken = _actions_taken(delegate, has_mailbox=has_mailbox)
    action, due_on = next_action(review_start(delegate), taken, has_mailbox=has_mailbox)
    # Consent to a new notice also answers the review; nobody is asked for it during a review.
    if _is_asked_about_notice(delegate, on):
        return []
    # Never erase an operator or the holder of a grant automatically.
    if Action.MADE_PRIVATE in taken and _has_duties(delegate.user, on):
        return []
    if on < due_on:
        return [WARNING_FAILED] if due_on == NEVER and _has_failed_warning(delegate, taken) else []
    if not dry_run:
        _perform_action(delegate, action, on=on, at=at)
    return [action] if has_mailbox else [action, WITHOUT_MAILBOX]


def day_of_erasure(
    participations: Sequence[Participation],
    invitations: Sequence[Invitation],
    *,
    has_address: bool = True,
) -> date | None:
    """When a person who has not joined is erased; None if there is no reason to keep the entry.

    `invitations` are those that were sent. Without an address, no one can be told.
    """
    if participations and not invitations and not has_address:
        return entry_notice.day_of_erasure_untold(min(row.entered_at for row in participations))
    moments = [row.entered_at for row in participations] + [row.invited_at for row in invitations]
    return day_of_erasure_after(max(moments)) if moments else None


def day_of_erasure_after(moment: datetime) -> date:
    return add_months(moment.date(), MONTHS_WITHOUT_ACCOUNT)


def _oldest_kept(on: date) -> date:
    """Nothing after this day is due. The day itself can be: months have different lengths."""
    return add_months(on, -MONTHS_WITHOUT_ACCOUNT) + timedelta(days=1)


def _entries_to_process(on: date) -> QuerySet[Delegate]:
    """Who has not joined, and is to be erased, or was not told by an invitation."""
    last = _oldest_kept(on)
    entered = Participation.objects.filter(delegate=OuterRef("pk"), entered_at__date__gt=last)
    invited = Invitation.objects.sent()
    invited = invited.filter(delegate=OuterRef("pk"), invited_at__date__gt=last)
    own = Invitation.objects.sent().filter(
        delegate=OuterRef("pk"), email__iexact=OuterRef("invitation_email")
    )
    long_ago = on - entry_notice.TOLD_AFTER + timedelta(days=1)
    old = Participation.objects.filter(delegate=OuterRef("pk"), entered_at__date__lt=long_ago)
    is_untold = Exists(old) & ~Exists(own) & Q(is_demonstration=False)
    return Delegate.objects.filter(
        Q(~Exists(entered), ~Exists(invited)) | is_untold, user=None, erased_at=None
    )


@transaction.atomic
def _process_entry(delegate_id: int, *, on: date, at: datetime, dry_run: bool) -> list[str]:
    person = Delegate.objects.select_for_update().filter(pk=delegate_id).first()
    if person is None or person.user_id or person.erased_at:
        return []  # joined or erased since the run began
    day = day_of_erasure([*person.participations.all()], [*person.invitations.sent()])
    entered = entry_notice.first_entry(person)
    if day is None or on >= day:
        result = NEVER_JOINED_ERASED
    elif entered is None or person.is_demonstration or entry_notice.is_told(person):
        return []
    elif entry_notice.is_to_be_told(person, entered, on):
        result = TOLD
    elif on >= entry_notice.day_of_erasure_untold(entered):
        result = UNTOLD_ERASED
    else:
        return []
    if not dry_run and result == TOLD:
        assert day
        entry_notice.tell_entered(person, erased_on=day, at=at)
    elif not dry_run:
        entry_notice.erase_unjoined(person, at=at)
    return [result]


def delete_old_requests(at: datetime) -> int:
    """Requests to be invited and nominations, 12 months after the decision, if there is one."""
    on = at.date()
    rows = InvitationRequest.objects.annotate(since=Coalesce("decided_at", "requested_at"))
    old = [
        row.pk
        for row in rows.filter(since__date__lte=_oldest_kept(on))
        if day_of_erasure_after(row.since) <= on
    ]
    return InvitationRequest.objects.filter(pk__in=old).delete()[0]


@transaction.atomic
def delete_old_letters(at: datetime) -> int:
    """The files. Each line stays beside its person."""
    rows = Letter.objects.filter(entered_at__lte=at - LETTER_KEPT_FOR).exclude(file="")
    on = at.date()
    old = [
        row
        for row in rows
        if _day_of_last_decision(row) <= on - LETTER_KEPT_FOR
        or day_of_erasure_after(row.entered_at) <= on
    ]
    for row in old:
        row.forget_file()
    return len(old)


def _day_of_last_decision(letter: Letter) -> date:
    """About those whom it names; the day on which it was entered if there are none of them left.

    Far away if someone waits for a decision.
    """
    days = [letter.entered_at.date()]
    if letter.proposals.exists():  # those that the person answered are deleted
        return NEVER
    for row in Participation.with_ended.filter(letter=letter):
        act = row.acts.order_by("at", "pk").last()
        decisions = [row.took_effect_at, row.ended_at]
        if act and act.what != Act.What.ASKED:
            decisions.append(act.at)
        made = [moment.date() for moment in decisions if moment]
        days.append(max(made) if made else NEVER)
    return max(days)


def delete_old_messages(at: datetime) -> int:
    """Why an introduction was proposed."""
    rows = Introduction.objects.exclude(message="")
    old = rows.filter(proposed_at__date__lte=add_months(at.date(), -MONTHS_OF_MESSAGES))
    return old.update(message="")


def _first_kept(at: datetime) -> datetime:
    first = at.date() - timedelta(days=settings.LOG_RETENTION_DAYS)
    return datetime.combine(first, time(), UTC)


def delete_old_lists(at: datetime) -> int:
    return ParticipantList.objects.filter(requested_at__lt=_first_kept(at)).delete()[0]


def delete_old_desk_notes(at: datetime) -> int:
    return LogEntry.objects.filter(action_time__lt=_first_kept(at)).delete()[0]


@transaction.atomic
def prune_log(at: datetime) -> int:
    """Raises CommandError if someone changed the log: that would remove the evidence."""
    first = _first_kept(at)
    number = RevealBudget.objects.filter(day__lt=first.date()).delete()[0]
    if not AuditEntry.objects.filter(at__lt=first).exists():
        return number
    if find_log_faults():
        raise CommandError(_("The log was changed after it was written. Run verify first."))
    return number + audit.prune_entries(before=first, at=at)


def _is_asked_about_notice(delegate: Delegate, on: date) -> bool:
    """Also on the day on which everything goes back to “Only me” without an answer."""
    requests = delegate.consent_requests.filter(Q(closed_on=None) | Q(closed_on=on))
    return requests.exists()


def _has_duties(user: User, on: date) -> bool:
    return user.is_superuser or user.grants.active(on).exists()


def _has_failed_warning(delegate: Delegate, taken: Mapping[str, date]) -> bool:
    dedup_keys = [_dedup_key(delegate, action) for action in WARNINGS if action in taken]
    pending_or_sent = QueuedEmail.objects.filter(
        Q(is_sent=True) | Q(done_at=None), dedup_key__in=dedup_keys
    )
    return pending_or_sent.count() < len(dedup_keys)


def _perform_action(delegate: Delegate, action: str, *, on: date, at: datetime) -> None:
    if action == ERASED:
        erase_delegate(delegate, by=None, at=at)
        return
    dedup_key, link = _dedup_key(delegate, action), review_url(delegate, at)
    started_on = review_start(delegate)
    delegate.retention_actions.create(review_started_on=started_on, action=action, taken_on=on)
    if action == Action.MADE_PRIVATE:
        consent.withdraw_consent(delegate, by=Consent.By.REVIEW, at=at)
    taken = {
        row.action: row.taken_on
        for row in delegate.retention_actions.filter(review_started_on=started_on)
    }
    context = {"url": link, "on": _consequence_date(taken, on)}
    email_delegate(
        delegate, dedup_key=dedup_key, template=TEMPLATES[action], context=context, at=at
    )


def _consequence_date(taken: Mapping[str, date], on: date) -> date:
    """The day from which silence has the effect that the email announces."""
    if Action.MADE_PRIVATE not in taken:
        return on + RESPONSE_PERIOD
    end = add_months(taken[Action.MADE_PRIVATE], MONTHS_UNTIL_ERASED)
    if Action.WARNED_AGAIN in taken:
        return max(end, on + MIN_WARNING_INTERVAL)
    return max(end, on + 2 * MIN_WARNING_INTERVAL) if Action.WARNED in taken else end


@transaction.atomic
def confirm_profile(
    delegate: Delegate, *, notice: ConsentNotice, by: Consent.By, at: datetime
) -> None:
    delegate.lock()
    if delegate.user is None:
        return  # left or erased just now
    # A confirmation renews a consent, but never gives one.
    if delegate.consented_at:
        consent.renew_consent(delegate, notice=notice, by=by, at=at)
        return
    delegate.write(reviewed_on=at.date())
    audit.record(action="review", at=at, actor=delegate.user, subject=delegate, detail=by.value)


def review_url(delegate: Delegate, at: datetime) -> str:
    """Link that answers this review without signing in.

    It works for two years, for this account and this review only.
    """
    return create_link(
        EmailLink.Purpose.REVIEW, delegate=delegate, at=at, lifetime=REVIEW_LINK_LIFETIME
    )


def delegate_for_review_link(link: EmailLink, at: datetime) -> tuple[Delegate, bool] | None:
    """The delegate, and whether this review is still open.

    Returns None if the link is invalid or too old, or the person is gone.
    """
    person = link.delegate
    if person is None or person.user is None or person.user_id != link.user_id:
        return None
    if not person.user.is_active:
        return None
    # A review is asked for eleven months after the last one.
    return (person, review_start(person) < link.created_at.date()) if link.is_valid(at) else None
