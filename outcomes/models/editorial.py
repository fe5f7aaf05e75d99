"""What is read before it is shown: the way from a draft to an approved text."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from participants.models import User


class EditorialState(models.TextChoices):
    """How far a text has come on its way to being shown."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    CHANGE_REQUESTED = "change-requested", _("change requested")
    APPROVED = "approved", _("approved")


class EditorialText(models.Model):
    """A text that somebody writes and a co-chair approves before anyone else reads it."""

    State = EditorialState

    state = models.CharField(
        _("editorial state"),
        max_length=16,
        choices=State.choices,
        default=State.DRAFT,
        editable=False,
        help_text=_("Only what is approved is shown."),
    )
    author = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("author"),
        help_text=_("Who wrote it last. Never shown to the public."),
    )
    has_no_personal_details = models.BooleanField(
        _("names no person and no shelter"),
        default=False,
        help_text=_("Tick this once you have read it again: everyone will read it."),
    )
    submitted_at = models.DateTimeField(
        _("submitted"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When its author last handed it in."),
    )
    note = models.TextField(
        _("what to change"),
        blank=True,
        editable=False,
        help_text=_("What the co-chair asked the author to change. Never shown to the public."),
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
    revision = models.PositiveIntegerField(
        _("revision"),
        default=0,
        editable=False,
        help_text=_("Counts each time it was saved, so that no edit overwrites another unseen."),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state="approved", approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state="approved") & Q(approved_by=None, approved_at=None)),
                name="%(class)s_approved_has_decider_and_date",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "change-requested", "approved"]),
                name="%(class)s_state_valid",
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(submitted_at__isnull=False, has_no_personal_details=True),
                name="%(class)s_submitted_without_personal_details",
                violation_error_message=_("Tick that it names no person and no shelter."),
            ),
            models.CheckConstraint(
                condition=~Q(state="change-requested") | ~Q(note=""),
                name="%(class)s_change_requested_has_note",
                violation_error_message=_("Say what to change."),
            ),
        ]

    @property
    def is_approved(self) -> bool:
        """Whether everyone may read it."""
        return self.state == EditorialState.APPROVED

    def save_draft(self) -> None:
        """Keeps it as a draft; what was handed in is taken back to be changed."""
        self.state = EditorialState.DRAFT
        self.approved_by = self.approved_at = None
        self._store()

    def submit(self, *, at: datetime) -> None:
        """Hands it in for approval.

        Raises ValidationError where its author has not ticked that it names nobody.
        """
        self._check_ready()
        self.state = EditorialState.SUBMITTED
        self.submitted_at = at
        self.approved_by = self.approved_at = None
        self._store()

    def approve(self, *, by: User, at: datetime) -> None:
        """Shows it to everyone.

        Raises ValidationError where its author has not ticked that it names nobody.
        """
        self._check_ready()
        self.state = EditorialState.APPROVED
        self.submitted_at = self.submitted_at or at
        self.note = ""
        self.approved_by, self.approved_at = by, at
        self._store()

    def request_change(self, *, note: str, at: datetime) -> None:
        """Sends it back to its author, who reads the note; it is shown to nobody else.

        Raises ValidationError where the note is empty.
        """
        if not note.strip():
            raise ValidationError(_("Say what to change."))
        self._check_ready()
        self.state = EditorialState.CHANGE_REQUESTED
        self.submitted_at = self.submitted_at or at
        self.note = note.strip()
        self.approved_by = self.approved_at = None
        self._store()

    def _check_ready(self) -> None:
        if not self.has_no_personal_details:
            raise ValidationError(_("Tick that it names no person and no shelter."))

    def _store(self, **kwargs: Any) -> None:
        self.revision += 1
        self.save(**kwargs)
