"""The editorial workflow: from a draft to a public text.

A text is checked for form and personal details, never for what it says. The stored words
"approved", `approved_by` and `approved_at` mean that.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from participants.models import User
from roundtable.models import Event

# As long as ten pages. More is a list, such as of names to find out which ones the portal knows.
MAX_TEXT_LENGTH = 20_000
validate_text_length = MaxLengthValidator(
    MAX_TEXT_LENGTH,
    _("This text has %(show_value)d characters. At most %(limit_value)d are possible. Shorten it."),
)


class EditorialState(models.TextChoices):
    """How far a text has come in the editorial workflow."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    CHANGE_REQUESTED = "change-requested", _("change requested")
    APPROVED = "approved", _("checked")


class EditorialText(models.Model):
    """A text that another organisation must check before anyone else can read it."""

    State = EditorialState
    # From a text to its roundtable; an offer is about a point or about a commitment.
    event_lookups: tuple[str, ...]

    state = models.CharField(
        _("editorial state"),
        max_length=16,
        choices=State.choices,
        default=State.DRAFT,
        editable=False,
        help_text=_("Only checked text is shown."),
    )
    author = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("author"),
        help_text=_("The person who last edited the text. Never shown to the public."),
    )
    has_no_personal_details = models.BooleanField(
        _("names no person and no shelter"),
        default=False,
        help_text=_("Read the text again, then tick this. Everyone will be able to read it."),
    )
    submitted_at = models.DateTimeField(
        _("submitted"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the author last submitted the text."),
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
        verbose_name=_("checked by"),
        help_text=_("The person of another organisation who checked the text."),
    )
    approved_at = models.DateTimeField(
        _("checked"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the text was checked."),
    )
    revision = models.PositiveIntegerField(
        _("revision"),
        default=0,
        editable=False,
        help_text=_(
            "Increases by one each time the text is saved. This stops anyone from "
            "overwriting an edit they have not seen."
        ),
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
                violation_error_message=_(
                    "Check that the text names no person and no shelter, then tick the box."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(state="change-requested") | ~Q(note=""),
                name="%(class)s_change_requested_has_note",
                violation_error_message=_("Enter what the author must change."),
            ),
        ]

    @property
    def log_name(self) -> str:
        """How the audit log names it."""
        return str(self)

    @property
    def event(self) -> Event:
        raise NotImplementedError

    @property
    def is_approved(self) -> bool:
        return self.state == EditorialState.APPROVED

    def save_draft(self) -> None:
        """Also withdraws a submitted or approved text, so that it can be changed."""
        self.state = EditorialState.DRAFT
        self.approved_by = self.approved_at = None
        self._store()

    def submit(self, *, at: datetime) -> None:
        """Raises ValidationError if the author has not confirmed that it names no one."""
        self.mark_submitted(at=at)
        self.save()

    def mark_submitted(self, *, at: datetime) -> None:
        """As `submit`, but the caller saves it."""
        self._check_ready()
        self.state = EditorialState.SUBMITTED
        self.submitted_at = at
        self.approved_by = self.approved_at = None
        self.revision += 1

    def approve(self, *, by: User, at: datetime) -> None:
        """Raises ValidationError if the author has not confirmed that it names no one."""
        self._check_ready()
        self.state = EditorialState.APPROVED
        self.submitted_at = self.submitted_at or at
        self.note = ""
        self.approved_by, self.approved_at = by, at
        self._store()

    def request_change(self, *, note: str, at: datetime) -> None:
        """Returns it to its author, with a note that only the author reads.

        Raises ValidationError if the note is empty.
        """
        if not note.strip():
            raise ValidationError(_("Enter what the author must change."))
        self._check_ready()
        self.state = EditorialState.CHANGE_REQUESTED
        self.submitted_at = self.submitted_at or at
        self.note = note.strip()
        self.approved_by = self.approved_at = None
        self._store()

    def _check_ready(self) -> None:
        if not self.has_no_personal_details:
            raise ValidationError(
                _("Check that the text names no person and no shelter, then tick the box.")
            )

    def _store(self, **kwargs: Any) -> None:
        self.revision += 1
        self.save(**kwargs)
