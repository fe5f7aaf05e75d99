"""What became of a commitment: updates by its parties, and evidence."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Commitment, CommitmentParty, Status
from participants.models import User


class ProgressUpdateQuerySet(models.QuerySet["ProgressUpdate"]):
    """Which updates someone may see."""

    def approved(self) -> "ProgressUpdateQuerySet":
        """Those that a co-chair has approved, the latest day first."""
        return self.filter(state=ProgressUpdate.State.APPROVED).order_by(
            "-reported_on", "-recorded_at", "-pk"
        )

    def published(self) -> "ProgressUpdateQuerySet":
        """Approved updates of public roundtables, the latest day first."""
        return self.approved().filter(commitment__event__is_public=True)


class ProgressUpdate(models.Model):
    """What a party says has become of a commitment, as of a day."""

    class State(models.TextChoices):
        """How far the text has come on its way to being shown."""

        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        CHANGE_REQUESTED = "change-requested", _("change requested")
        APPROVED = "approved", _("approved")

    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        related_name="updates",
        verbose_name=_("commitment"),
        help_text=_("What it reports on."),
    )
    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.PROTECT,
        related_name="updates",
        verbose_name=_("party"),
        help_text=_("Who reports."),
    )
    reported_on = models.DateField(
        _("as of"), help_text=_("The day that the report is true for, not the day of writing.")
    )
    recorded_at = models.DateTimeField(
        _("recorded"),
        default=timezone.now,
        editable=False,
        help_text=_("When it was written here."),
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=Status.choices,
        help_text=_("How far the commitment has come, as the party sees it."),
    )
    text = models.TextField(
        _("text"),
        help_text=_("What was done. Name no person and no shelter: everyone reads this."),
    )
    state = models.CharField(
        _("editorial state"),
        max_length=16,
        choices=State.choices,
        default=State.DRAFT,
        editable=False,
        help_text=_("Only approved updates are shown."),
    )
    approved_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
        help_text=_("The co-chair who approved it."),
    )
    approved_at = models.DateTimeField(
        _("approved"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When it was approved."),
    )

    objects = ProgressUpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress update")
        verbose_name_plural = _("progress updates")
        ordering = ["-reported_on", "-recorded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="approved", approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state="approved") & Q(approved_by=None, approved_at=None)),
                name="update_approved_by_someone_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="update_status_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "change-requested", "approved"]),
                name="update_state_known",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="update_has_a_text"),
        ]
        indexes = [models.Index(fields=["commitment", "state", "-reported_on"])]

    def __str__(self) -> str:
        return f"{self.commitment.reference}, {self.reported_on}"

    def clean(self) -> None:
        """Raises ValidationError for a party to another commitment, or a day that cannot be."""
        if self.party_id and self.commitment_id and self.party.commitment_id != self.commitment_id:
            raise ValidationError({"party": _("Choose a party to this commitment.")})
        if self.reported_on and self.commitment_id:
            self._check_day(self.commitment.event.starts_on)

    def _check_day(self, first: date) -> None:
        if self.reported_on < first:
            raise ValidationError(
                {"reported_on": _("The roundtable began on %s. Choose that day or later.") % first}
            )
        # It may be tomorrow already where the author is.
        if self.reported_on > self.recorded_at.date() + timedelta(days=1):
            raise ValidationError(
                {
                    "reported_on": _(
                        "That is after the day of writing. Choose an earlier day, or write a new "
                        "update."
                    )
                }
            )

    @transaction.atomic
    def approve(self, *, by: User, at: datetime) -> None:
        """Shows the update, and makes it the commitment's latest if none reports on a later day."""
        self.state = self.State.APPROVED
        self.approved_by = by
        self.approved_at = at
        self.save()
        self._refresh_latest()

    @transaction.atomic
    def request_change(self) -> None:
        """Sends the update back to its author; what was shown of it is shown no longer."""
        self.state = self.State.CHANGE_REQUESTED
        self.approved_by = None
        self.approved_at = None
        self.save()
        self._refresh_latest()

    def _refresh_latest(self) -> None:
        commitment = Commitment.objects.select_for_update().get(pk=self.commitment_id)
        commitment.latest_update = commitment.updates.approved().first()
        commitment.save(update_fields=["latest_update"])


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Which evidence someone may see."""

    def published(self) -> "EvidenceQuerySet":
        """What is public and stands under an approved update of a public roundtable."""
        return self.filter(
            is_public=True,
            update_of__state=ProgressUpdate.State.APPROVED,
            update_of__commitment__event__is_public=True,
        )


class Evidence(models.Model):
    """What an update rests on: a page elsewhere, or a file."""

    update_of = models.ForeignKey(
        ProgressUpdate,
        on_delete=models.CASCADE,
        related_name="evidence",
        verbose_name=_("update"),
        help_text=_("The update that it supports."),
    )
    title = models.CharField(_("title"), max_length=200, help_text=_("What it is."))
    url = models.URLField(_("address"), blank=True, help_text=_("Where it stands."))
    file = models.FileField(
        _("file"), upload_to="evidence/", blank=True, help_text=_("Instead of an address.")
    )
    dated_on = models.DateField(
        _("date"), null=True, blank=True, help_text=_("The date it bears. Empty if none.")
    )
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_("Shown to everyone, search engines included, once the update is approved."),
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["update_of", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")),
                name="evidence_is_one_address_or_one_file",
                violation_error_message=_("Give an address or a file, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
