"""How long the portal keeps what: one table, which `apply_retention` walks and people read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.imports import storage
from outcomes.imports.comparison import forget_compared
from outcomes.imports.lists.kept import forget_unused_recipes
from participants.accounts import sessions
from participants.accounts.account_changes import UNDO_PERIOD
from participants.email_links import links
from participants.privacy import retention as people
from participants.privacy.entry_notice import UNTOLD_KEPT_FOR
from roundtable.backups.retention import MONTHS as MONTHS_OF_BACKUPS
from roundtable.mail import clean_up as mail
from roundtable.web import idempotency, limits


@dataclass(frozen=True)
class Rule:
    """What is kept, how long, counted from what, and what is then done.

    `run` does what is due at a time, and returns the number of rows. Without it, `by` does.
    """

    name: str
    what: str
    period: str
    since: str
    done: str
    run: Callable[[datetime], int] | None = None
    by: str = "apply_retention"


def _period(length: timedelta) -> str:
    hours = round(length / timedelta(hours=1))
    if hours % 24 or hours <= 48:
        return ngettext("%d hour", "%d hours", hours) % hours
    return ngettext("%d day", "%d days", hours // 24) % (hours // 24)


def _months(number: int) -> str:
    return ngettext("%d month", "%d months", number) % number


def retention_rules() -> list[Rule]:
    logs = timedelta(days=settings.LOG_RETENTION_DAYS)
    gone = _("It is deleted.")
    return [
        Rule(
            "entered",
            _("People whom others entered, before we told them by email"),
            _period(UNTOLD_KEPT_FOR),
            _("entered for a roundtable"),
            _("They are erased, with all that others entered about them."),
            by="review_profiles",
        ),
        Rule(
            "never joined",
            _("People whom we told by email, and who did not join; their invitations"),
            _months(people.MONTHS_WITHOUT_ACCOUNT),
            _("last entered for a roundtable or invited"),
            _("They are erased."),
            by="review_profiles",
        ),
        Rule(
            "account",
            _("People with an account: profile, contact details, participations, sign-in"),
            _("%(ask)s, then %(answer)s, then %(erase)s")
            % {
                "ask": _months(people.MONTHS_UNTIL_REVIEW),
                "answer": _period(people.RESPONSE_PERIOD),
                "erase": _months(people.MONTHS_UNTIL_ERASED),
            },
            _("last confirmed by the person"),
            _("We ask. Without an answer, all is private; then we warn twice and erase."),
            by="review_profiles",
        ),
        Rule(
            "former accounts",
            _("A former account, after the operator gave its owner a new one"),
            _period(UNDO_PERIOD),
            _("the new account was made"),
            _("It is erased."),
            by="review_profiles",
        ),
        Rule(
            "requests",
            _("Requests to be invited, and nominations"),
            _months(people.MONTHS_WITHOUT_ACCOUNT),
            _("decided, or sent if no one decided"),
            gone,
            people.delete_old_requests,
        ),
        Rule(
            "letters",
            _("The file of a letter in which an organisation names people"),
            _period(people.LETTER_KEPT_FOR),
            _("the last decision about one of them; after 12 months, even if no one decided"),
            _("The file is deleted. Each person keeps their line of it."),
            people.delete_old_letters,
        ),
        Rule(
            "introductions",
            _("The reason written for an introduction"),
            _months(people.MONTHS_OF_MESSAGES),
            _("proposed"),
            _("The words are deleted; the introduction stays."),
            people.delete_old_messages,
        ),
        Rule(
            "lists",
            _("Requests to download a list of participants; the list itself is not stored"),
            _period(logs),
            _("requested"),
            gone,
            people.delete_old_lists,
        ),
        Rule(
            "uploads",
            _("Uploaded files for an import, and what was read from them"),
            _period(storage.KEEP_UNFINISHED_FOR),
            _("uploaded; after an import, an hour from its end"),
            gone,
            storage.delete_expired_uploads,
        ),
        Rule(
            "readings",
            _("How a list of commitments was read, for the people who compare it"),
            _("until its last commitment is compared"),
            "–",
            gone,
            forget_compared,
        ),
        Rule(
            "recipes",
            _("Answers about lists of one shape, kept for the next such list; they name no people"),
            _months(12),
            _("last used"),
            gone,
            forget_unused_recipes,
        ),
        Rule(
            "emails",
            _("Emails"),
            _period(timedelta(0)),
            _("sent, or given up"),
            _("Address, subject and text are deleted at once."),
            by="db_worker",
        ),
        Rule(
            "email keys",
            _("The note that an email was sent, without its address and text"),
            _period(mail.DEDUP_KEY_RETENTION),
            _("sent, or given up; emails that someone asked for, 30 days"),
            gone,
            mail.delete_old_emails,
        ),
        Rule(
            "tasks",
            _("Notes of tasks of the workers, by numbers"),
            _period(mail.TASK_RETENTION),
            _("begun"),
            gone,
            lambda at: mail.delete_old_tasks(at) + storage.delete_old_tasks(at),
        ),
        Rule(
            "links",
            _("Links in emails"),
            _period(links.KEPT_AFTER_REVOCATION),
            _("ended early; other links, once they no longer work"),
            gone,
            links.delete_ended_links,
        ),
        Rule(
            "sessions",
            _("Sessions, with browser and network address"),
            _period(timedelta(seconds=settings.SESSION_COOKIE_AGE)),
            _("signed in"),
            _("They are deleted within an hour."),
            sessions.delete_ended_sessions,
        ),
        Rule(
            "forms",
            _("Keys of forms that were sent, so that none is processed twice"),
            _period(idempotency.KEY_LIFETIME),
            _("sent"),
            gone,
            idempotency.prune_keys,
        ),
        Rule(
            "limits",
            _("Counts of limits, by keyed hashes of addresses and networks"),
            _period(timedelta(days=1)),
            _("the first try; most end within minutes"),
            gone,
            limits.delete_ended_counts,
        ),
        Rule(
            "cache",
            _("Hashed codes that were used, so that none works twice"),
            _period(timedelta(hours=1)),
            _("it stopped counting"),
            gone,
            limits.delete_expired_entries,
        ),
        Rule(
            "log",
            _("The audit log: who did what, and who opened whose contact details"),
            _period(logs),
            _("it happened"),
            gone,
            people.prune_log,
        ),
        Rule(
            "desk",
            _("Notes of what someone changed at the co-chairs' desk"),
            _period(logs),
            _("it happened"),
            gone,
            people.delete_old_desk_notes,
        ),
        Rule(
            "backups",
            _("Backups, encrypted; people who were erased since are still in them"),
            _months(MONTHS_OF_BACKUPS),
            _("made"),
            gone,
            by="backup",
        ),
        Rule(
            "journal",
            _("The server's own log, which names no one but numbers of accounts"),
            _("as the server is set"),
            _("it happened"),
            _("The server deletes it."),
            by="journald",
        ),
        Rule(
            "marks",
            _("Marks of erased people, from which no one can be read"),
            _("for good"),
            "–",
            _("They erase the person again, if an old backup is restored."),
            by="–",
        ),
        Rule(
            "record",
            _("What organisations agreed, reported and decided"),
            _("for good"),
            "–",
            _("When people are erased, their names leave it."),
            by="–",
        ),
    ]
