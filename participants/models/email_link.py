"""Links in emails that work without signing in."""

import hashlib
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.person_model import UnnamedModel
from participants.models.personal_data import ShownTo
from participants.models.user import User


class EmailLinkQuerySet(models.QuerySet["EmailLink"]):
    """Links for one purpose, and their end."""

    def of(self, purpose: str, target: models.Model | None = None) -> "EmailLinkQuerySet":
        rows = self.filter(purpose=purpose)
        return rows.filter(target_id=target.pk) if target else rows

    def revoke(self, at: datetime) -> int:
        return self.filter(revoked_at=None).update(revoked_at=at)


class EmailLink(UnnamedModel):
    """A random key in an email, which lets its reader do one thing. Only its hash is saved."""

    class Purpose(models.TextChoices):
        INVITATION = "invitation", _("answer an invitation")
        REPORT = "report", _("report on a commitment")
        PROPOSAL = "proposal", _("answer whether a party undertakes a commitment")
        REVIEW = "review", _("confirm the profile")
        HIDE = "hide", _("hide the profile")
        UNSUBSCRIBE = "unsubscribe", _("stop emails about what you follow")

    key_hash = models.CharField(
        _("hash of the key"),
        max_length=64,
        unique=True,
        help_text=_("The SHA-256 of the key. The key itself is only in the email."),
    )
    purpose = models.CharField(
        _("purpose"),
        max_length=11,
        choices=Purpose.choices,
        help_text=_("What the link is for. It works for nothing else."),
    )
    user = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="email_links",
        verbose_name=_("account"),
        help_text=_("Whose email it is in. Empty for someone who has no account."),
    )
    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="email_links",
        verbose_name=_("delegate"),
        help_text=_("The person who can use the link."),
    )
    address = models.ForeignKey(
        EmailAddress,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("address"),
        help_text=_(
            "The link works while the account has this address. Empty for invitations, and for "
            "links that hide a profile or stop emails: they work even then."
        ),
    )
    target_id = models.PositiveBigIntegerField(
        _("target"),
        null=True,
        blank=True,
        help_text=_("The number of the invitation, party or proposal that it is about."),
    )
    created_at = models.DateTimeField(_("created at"), help_text=_("When the email was written."))
    expires_at = models.DateTimeField(
        _("expires at"), db_index=True, help_text=_("When the link stops working by itself.")
    )
    revoked_at = models.DateTimeField(
        _("withdrawn at"),
        null=True,
        blank=True,
        help_text=_("When the link stopped working earlier."),
    )

    objects = EmailLinkQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "user delegate",
            "email_links",
            _("Links in emails to you"),
            "purpose created_at expires_at revoked_at",
        ),
    )

    class Meta:
        verbose_name = _("link in an email")
        verbose_name_plural = _("links in emails")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["purpose", "target_id"], name="email_link_target")]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="email_link_ends_after_it_begins"
            ),
        ]

    @staticmethod
    def digest(key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()

    @property
    def number(self) -> int:
        """In the address of the page. Primary keys would tell how many emails there were."""
        return int(self.key_hash[:12], 16)

    def is_valid(self, at: datetime) -> bool:
        return (
            self.revoked_at is None
            and self.created_at <= at < self.expires_at
            and (self.purpose not in BOUND_TO_ADDRESS or self._has_address())
        )

    def _has_address(self) -> bool:
        address: Any = self.address
        return address is not None and address.verified and address.user_id == self.user_id


# After an address left the account, someone else may read its mailbox. Links that hide a profile or
# stop emails still work there: they are the emergency brake.
BOUND_TO_ADDRESS = {
    EmailLink.Purpose.REPORT,
    EmailLink.Purpose.PROPOSAL,
    EmailLink.Purpose.REVIEW,
}
