"""How parties are asked to report: links, reminders, rounds, and handing a task over."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.party import CommitmentParty
from participants.models import Delegate, User
from roundtable.models import Event


class ReportLink(models.Model):
    """What lets one person report on one commitment for one party, without signing in."""

    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.CASCADE,
        related_name="report_links",
        verbose_name=_("party"),
        help_text=_("For whom the person reports, and on what."),
    )
    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="report_links",
        verbose_name=_("person"),
        help_text=_("Who may use it, as long as this is the focal point."),
    )
    created_at = models.DateTimeField(_("made"), help_text=_("When it was sent."))
    expires_at = models.DateTimeField(_("works until"), help_text=_("30 days after it was made."))
    revoked_at = models.DateTimeField(
        _("taken back"), null=True, blank=True, help_text=_("Since when it works no more.")
    )

    class Meta:
        verbose_name = _("link to report")
        verbose_name_plural = _("links to report")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="report_link_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party.commitment.reference} · {self.created_at:%Y-%m-%d}"

    def is_valid(self, at: datetime) -> bool:
        """Whether it may be used: not old, not taken back, and its person still answers for it."""
        return (
            self.revoked_at is None
            and self.created_at <= at < self.expires_at
            and self.party.focal_point_id == self.delegate_id
            and self.party.focal_point_accepted_at is not None
        )


class Reminder(models.Model):
    """That somebody was reminded of a due date; there is never a second one for one step."""

    class Kind(models.TextChoices):
        """When, seen from the due date."""

        BEFORE = "before", _("30 days before")
        DUE = "due", _("on the due date")
        AFTER = "after", _("30 days after")

    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.CASCADE,
        related_name="reminders",
        verbose_name=_("party"),
        help_text=_("Who was reminded, and of what."),
    )
    due_on = models.DateField(_("due"), help_text=_("The due date that it was about."))
    kind = models.CharField(
        _("step"), max_length=6, choices=Kind.choices, help_text=_("Seen from the due date.")
    )
    sent_on = models.DateField(_("sent"), help_text=_("The day of the digest that it stood in."))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-sent_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["party", "due_on", "kind"], name="reminder_unique"),
            models.CheckConstraint(
                condition=Q(kind__in=["before", "due", "after"]), name="reminder_kind_valid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party.commitment.reference} · {self.get_kind_display()}"


class ReportingRound(models.Model):
    """A request of the co-chairs to all parties of a roundtable to report by a day."""

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="reporting_rounds",
        verbose_name=_("roundtable"),
        help_text=_("Whose commitments are reported on."),
    )
    title = models.CharField(
        _("occasion"),
        max_length=200,
        help_text=_("For example: before the ministerial conference. Everyone reads this."),
    )
    due_on = models.DateField(_("answers by"), help_text=_("The last day for an answer."))
    opened_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("opened by"),
        help_text=_("The co-chair who asked."),
    )
    opened_at = models.DateTimeField(
        _("opened"), editable=False, help_text=_("When the parties were asked.")
    )

    class Meta:
        verbose_name = _("round of reporting")
        verbose_name_plural = _("rounds of reporting")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="round_has_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Raises ValidationError where the last day lies before the day of opening."""
        if self.due_on and self.opened_at and self.due_on < self.opened_at.date():
            raise ValidationError({"due_on": _("That day is over. Choose a later one.")})

    def is_over(self, on: date) -> bool:
        """Whether its last day has passed."""
        return on > self.due_on


class RoundRequest(models.Model):
    """That a party was asked in a round. It has answered once it has handed in an update since."""

    round = models.ForeignKey(
        ReportingRound,
        on_delete=models.CASCADE,
        related_name="requests",
        verbose_name=_("round"),
        help_text=_("The round that it belongs to."),
    )
    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.CASCADE,
        related_name="round_requests",
        verbose_name=_("party"),
        help_text=_("Who was asked, and about what."),
    )
    reminded_at = models.DateTimeField(
        _("asked again"), null=True, blank=True, help_text=_("When it was last asked again.")
    )

    class Meta:
        verbose_name = _("request of a round")
        verbose_name_plural = _("requests of rounds")
        ordering = ["round", "party"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "party"], name="round_request_unique_per_party"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.party.commitment.reference}"


class Handover(models.Model):
    """A focal point said: not my task any more. The co-chairs read whom they suggest."""

    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.CASCADE,
        related_name="handovers",
        verbose_name=_("party"),
        help_text=_("Whose focal point gave the task back, and for what."),
    )
    suggestion = models.CharField(
        _("who could do it"),
        max_length=300,
        blank=True,
        help_text=_("In the words of who gave the task back. Only co-chairs read it."),
    )
    handed_over_at = models.DateTimeField(_("said"), help_text=_("When the task was given back."))
    resolved_at = models.DateTimeField(
        _("settled"),
        null=True,
        blank=True,
        help_text=_("When a co-chair had found somebody else, or laid it aside."),
    )

    class Meta:
        verbose_name = _("task given back")
        verbose_name_plural = _("tasks given back")
        ordering = ["-handed_over_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.party.commitment.reference} · {self.party}"
