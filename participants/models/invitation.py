"""Invitations by co-chairs, and requests to be invited."""

import hashlib

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.user import User
from roundtable.models import Event


class Invitation(models.Model):
    """A single-use link that a co-chair had sent to one address; only its hash is kept."""

    class Answer(models.TextChoices):
        """What the person made of it."""

        ACCEPTED = "agreed", _("Accepted")
        NOT_ME = "not-me", _("Said: not me")
        ERASED = "erased", _("Asked to be erased")

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="invitations",
        verbose_name=_("delegate"),
        help_text=_("Who is invited."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="invitations",
        verbose_name=_("roundtable"),
        help_text=_("On behalf of which roundtable."),
    )
    email = models.EmailField(
        _("address"), help_text=_("Where it was sent; the link signs nobody else in.")
    )
    token_hash = models.CharField(
        _("hash of the link"),
        max_length=64,
        unique=True,
        help_text=_("SHA-256 of the random part of the link, which itself is not kept."),
    )
    invited_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("invited by"),
        help_text=_("The co-chair who invited."),
    )
    invited_at = models.DateTimeField(_("invited"), help_text=_("When the link was made."))
    expires_at = models.DateTimeField(_("valid until"), help_text=_("14 days later."))
    answer = models.CharField(
        _("answer"),
        max_length=10,
        choices=Answer.choices,
        blank=True,
        help_text=_("Empty: not answered."),
    )
    answered_at = models.DateTimeField(
        _("answered"), null=True, blank=True, help_text=_("From then on the link is spent.")
    )
    revoked_at = models.DateTimeField(
        _("taken back"), null=True, blank=True, help_text=_("A later invitation replaces it.")
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="invitation_answered_has_date",
            ),
            models.UniqueConstraint(
                fields=["delegate", "event"],
                condition=Q(answered_at=None, revoked_at=None),
                name="invitation_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @staticmethod
    def digest(token: str) -> str:
        """What is kept of a link's random part, as 64 hexadecimal digits."""
        return hashlib.sha256(token.encode()).hexdigest()


class InvitationRequest(models.Model):
    """Somebody says "I was there, invite me"; the co-chairs decide."""

    class Decision(models.TextChoices):
        """What the co-chairs decided."""

        INVITED = "invited", _("Invited")
        REFUSED = "refused", _("Refused")
        ANSWERED_WITH_ANOTHER = "together", _("Invited on another request of this address")

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="invitation_requests",
        verbose_name=_("roundtable"),
        help_text=_("Where the person says to have taken part."),
    )
    name = models.CharField(
        _("name"), max_length=200, help_text=_("As you write it, in any script.")
    )
    organisation = models.CharField(
        _("organisation"), max_length=200, help_text=_("Whom you spoke for at the roundtable.")
    )
    email = models.EmailField(
        _("e-mail address"), help_text=_("Where an invitation would be sent.")
    )
    note = models.TextField(
        _("note"),
        max_length=600,
        blank=True,
        help_text=_("What helps the co-chairs to remember you."),
    )
    requested_at = models.DateTimeField(_("asked"), help_text=_("When the request was sent."))
    decision = models.CharField(
        _("decision"),
        max_length=10,
        choices=Decision.choices,
        blank=True,
        help_text=_("Empty: not decided."),
    )
    decided_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("The co-chair who decided."),
    )
    decided_at = models.DateTimeField(
        _("decided"), null=True, blank=True, help_text=_("When it was decided.")
    )

    class Meta:
        verbose_name = _("request to be invited")
        verbose_name_plural = _("requests to be invited")
        ordering = ["-requested_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="invitation_request_decided_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
