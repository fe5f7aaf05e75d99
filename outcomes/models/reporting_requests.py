"""How parties are asked to report: links, reminders, rounds, and returned tasks."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Commitment
from outcomes.models.party import CommitmentParty
from participants.models import Delegate, User
from participants.models.personal_data import ShownTo
from roundtable.models import Event


class Reminder(models.Model):
    """A reminder that was sent about a due date. Each kind is sent only once."""

    class Kind(models.TextChoices):
        BEFORE = "before", _("30 days before")
        DUE = "due", _("on the due date")
        AFTER = "after", _("30 days after")

    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.CASCADE,
        related_name="reminders",
        verbose_name=_("party"),
        help_text=_("The party that was reminded, and its commitment."),
    )
    due_on = models.DateField(_("due"), help_text=_("The due date that the reminder was about."))
    kind = models.CharField(
        _("step"),
        max_length=6,
        choices=Kind.choices,
        help_text=_("When the reminder is sent: before, on or after the due date."),
    )
    sent_on = models.DateField(
        _("sent"), help_text=_("The day of the email that contained the reminder.")
    )

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
    """A request by the co-chairs to all parties of a roundtable to report by a day."""

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="reporting_rounds",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable whose commitments are reported on."),
    )
    title = models.CharField(
        _("occasion"),
        max_length=200,
        help_text=_("For example: before the ministerial conference. Everyone can read this."),
    )
    due_on = models.DateField(_("answers due by"), help_text=_("The last day for an answer."))
    commitments = models.ManyToManyField(
        Commitment,
        blank=True,
        editable=False,
        related_name="reporting_rounds",
        verbose_name=_("commitments"),
        help_text=_("The commitments whose parties were to be asked. Empty in older rounds."),
    )
    opened_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("opened by"),
        help_text=_("The co-chair who asked the parties to report."),
    )
    opened_at = models.DateTimeField(
        _("opened"), editable=False, help_text=_("When the parties were asked to report.")
    )

    personal_data = (
        ShownTo(
            "opened_by",
            "rounds",
            _("Reporting rounds that you opened"),
            "event title due_on opened_at",
        ),
    )

    class Meta:
        verbose_name = _("reporting round")
        verbose_name_plural = _("reporting rounds")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="round_has_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.due_on and self.opened_at and self.due_on < self.opened_at.date():
            raise ValidationError({"due_on": _("This day is in the past. Choose a later day.")})


class RoundRequest(models.Model):
    """A party was asked in a round. It has answered if it has submitted an update since."""

    round = models.ForeignKey(
        ReportingRound,
        on_delete=models.CASCADE,
        related_name="requests",
        verbose_name=_("round"),
        help_text=_("The reporting round that the request belongs to."),
    )
    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.CASCADE,
        related_name="round_requests",
        verbose_name=_("party"),
        help_text=_("The party that was asked, and its commitment."),
    )
    reminded_at = models.DateTimeField(
        _("asked again"), null=True, blank=True, help_text=_("When the party was last asked again.")
    )

    class Meta:
        verbose_name = _("reporting request")
        verbose_name_plural = _("reporting requests")
        ordering = ["round", "party"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "party"], name="round_request_unique_per_party"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.party.commitment.reference}"


class Handover(models.Model):
    """A focal point returned the task. Co-chairs read who could do it instead."""

    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.CASCADE,
        related_name="handovers",
        verbose_name=_("party"),
        help_text=_("The party whose focal point returned the task, and its commitment."),
    )
    suggestion = models.CharField(
        _("who could do it"),
        max_length=300,
        blank=True,
        help_text=_(
            "In the words of the person who returned the task. Only people who work on "
            "this roundtable at the co-chairs' desk can read it."
        ),
    )
    returned_by = models.ForeignKey(
        Delegate,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="returned_tasks",
        verbose_name=_("returned by"),
        help_text=_("The focal point who returned the task. Empty if not known, or erased."),
    )
    handed_over_at = models.DateTimeField(
        _("reported at"), help_text=_("When the task was returned.")
    )
    resolved_at = models.DateTimeField(
        _("resolved at"),
        null=True,
        blank=True,
        help_text=_("When a co-chair found someone else, or closed the task."),
    )

    personal_data = (
        ShownTo(
            "returned_by",
            "returned_tasks",
            _("Tasks that you returned"),
            "party__commitment__reference suggestion handed_over_at resolved_at",
            labels={"handed_over_at": _("Returned")},
            emptied="suggestion",
        ),
    )

    class Meta:
        verbose_name = _("task returned")
        verbose_name_plural = _("tasks returned")
        ordering = ["-handed_over_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.party.commitment.reference} · {self.party}"
