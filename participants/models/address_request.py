"""Requests for a new address, for people who lost their mailbox."""

import hashlib
import json
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.organisation import Organisation
from participants.models.participation import Participation
from participants.models.user import User
from roundtable.models import Event


class AddressRequest(models.Model):
    """Two people ask for a new sign-in address for someone; the owner has a week to stop it."""

    class Outcome(models.TextChoices):
        DONE = "done", _("The new address is in place")
        STOPPED = "stopped", _("Stopped")

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="address_requests",
        verbose_name=_("account"),
        help_text=_("The account of the person who lost the mailbox."),
    )
    participation = models.ForeignKey(
        Participation,
        on_delete=models.CASCADE,
        related_name="address_requests",
        verbose_name=_("participation"),
        help_text=_("Those who may confirm this participation decide about the address."),
    )
    email = models.EmailField(
        _("new address"),
        blank=True,
        help_text=_("The person will sign in with this address. Empty once it is decided."),
    )
    reason = models.CharField(
        _("reason"),
        max_length=200,
        help_text=_(
            "How you checked that it is this person, for example by phone. The other person who "
            "decides reads this."
        ),
    )
    requested_at = models.DateTimeField(_("requested at"), help_text=_("When it was requested."))
    agreed_at = models.DateTimeField(
        _("agreed"),
        null=True,
        blank=True,
        help_text=_("When the second person agreed. The address changes seven days later."),
    )
    closed_at = models.DateTimeField(
        _("closed"), null=True, blank=True, help_text=_("When it was stopped, or took effect.")
    )
    outcome = models.CharField(
        _("result"),
        max_length=7,
        choices=Outcome.choices,
        blank=True,
        help_text=_("Empty while the request is open."),
    )

    class Meta:
        verbose_name = _("request for a new address")
        verbose_name_plural = _("requests for a new address")
        ordering = ["-requested_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(closed_at=None), name="address_request_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="")
                | Q(closed_at__isnull=False, outcome__in=["done", "stopped"]),
                name="address_request_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="done") | Q(agreed_at__isnull=False),
                name="address_request_done_was_agreed",
            ),
            # Once it is decided, the account alone shows the address.
            models.CheckConstraint(
                condition=Q(closed_at=None) ^ Q(email=""), name="address_request_open_has_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    # What the rules about who confirms a participation read.

    @property
    def delegate(self) -> Delegate:
        return self.participation.delegate

    @property
    def event(self) -> Event:
        return self.participation.event

    @property
    def organisation(self) -> Organisation:
        return self.participation.organisation

    @property
    def waits_since(self) -> datetime:
        return self.requested_at

    @property
    def content_hash(self) -> str:
        """Of what is agreed to: whose account gets which address."""
        content = [self.user_id, self.participation_id, self.email.lower()]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()
