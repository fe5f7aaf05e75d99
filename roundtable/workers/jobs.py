"""The commands that run regularly: when each ran last, and which are late.

A wrong clock deletes nothing and lets nothing take effect: each job compares it with the last runs.
"""

import logging
from argparse import ArgumentParser
from datetime import datetime, timedelta

from django.core.management.base import CommandError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from roundtable.audit.models import AuditEntry

log = logging.getLogger(__name__)
MAX_PAUSE = timedelta(days=14)


class Job(models.Model):
    """A command that runs regularly."""

    name = models.CharField(
        _("command"), max_length=60, unique=True, help_text=_("The name of the command.")
    )
    last_run_at = models.DateTimeField(
        _("last run with a right clock"),
        null=True,
        help_text=_("Of commands that a wrong clock must stop: what the clock said then."),
    )
    started_at = models.DateTimeField(
        _("last start"), null=True, help_text=_("When `tick` last started the command.")
    )
    done_at = models.DateTimeField(
        _("last end without a failure"),
        null=True,
        help_text=_("When the command last did its work."),
    )
    seconds = models.FloatField(
        _("duration"),
        null=True,
        help_text=_("How many seconds the last run took; nothing while it runs."),
    )
    failure = models.TextField(
        _("failure"), blank=True, help_text=_("Why the last run failed; names no one.")
    )

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return self.name


def add_clock_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--clock-is-right",
        action="store_true",
        help="Run although the last run was more than two weeks ago.",
    )


def start_job(name: str, *, at: datetime, clock_is_right: bool) -> None:
    """Notes the run. Raises CommandError if the clock seems to be ahead.

    Before its first run, the newest run of another job tells what time it was, or else the newest
    entry of the log. Only then: people may have used the portal while the clock was wrong.
    """
    runs = Job.objects.filter(last_run_at__isnull=False)
    last = runs.filter(name=name).first() or runs.order_by("last_run_at").last()
    entry = None if last else AuditEntry.objects.order_by("sequence").last()
    known = (last.last_run_at if last else entry.at if entry else None) or at
    if at - known > MAX_PAUSE and not clock_is_right:
        words = {"now": f"{at:%Y-%m-%d}", "known": f"{known:%Y-%m-%d}", "job": name, "last": last}
        happened = (
            gettext("The clock says %(now)s, and %(last)s last ran on %(known)s.")
            if last
            else gettext("The clock says %(now)s, and the newest entry of the log is of %(known)s.")
        )
        advice = gettext(
            "Nothing was done. If the clock is wrong, correct it. If it is right, run %(job)s "
            "once with --clock-is-right."
        )
        # As an error, so that the operator gets an email.
        log.error("%s did nothing: the clock may be wrong.", name)
        raise CommandError(f"{happened} {advice}" % words)
    Job.objects.update_or_create(name=name, defaults={"last_run_at": at})
