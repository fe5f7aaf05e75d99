"""What happens to an item that two organisations agree on, beside their signatures."""

from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from participants.models.letter import Letter
from participants.models.organisation import Organisation
from participants.models.person_model import UnnamedModel
from participants.models.personal_data import ShownTo
from participants.models.user import User


class OnBehalf(UnnamedModel):
    """What a person did for an organisation."""

    on_behalf_of = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on behalf of"),
        help_text=_("The organisation that the person acted for. An operator acts for none."),
    )

    class Meta:
        abstract = True


class Bundle(OnBehalf):
    """Items that were asked together. Each is decided by itself, so this has no state."""

    asked_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
        help_text=_("The person who asked."),
    )
    letter = models.ForeignKey(
        Letter,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="bundles",
        verbose_name=_("letter"),
        help_text=_("The letter in which an organisation names the people."),
    )
    reason = models.CharField(
        _("reason"),
        max_length=200,
        blank=True,
        help_text=_("Why it was asked, in words. Name no one."),
    )
    asked_at = models.DateTimeField(_("asked"), help_text=_("When it was asked."))

    personal_data = (
        ShownTo("asked_by", "bundles", _("What you asked for together"), "letter reason asked_at"),
    )

    class Meta:
        verbose_name = _("items that were asked together")
        verbose_name_plural = _("items that were asked together")
        ordering = ["pk"]


class Act(OnBehalf):
    """One thing that happened to an item. Acts are only added, and go with their item."""

    class What(models.TextChoices):
        ASKED = "asked", _("asked")
        DECLINED = "declined", _("declined")
        STOPPED = "stopped", _("stopped")
        WITHDRAWN = "withdrawn", _("withdrawn")
        MADE = "made", _("made")
        FAILED = "failed", _("could not be made")
        EXPIRED = "expired", _("ended without enough confirmations")

    item_type = models.ForeignKey(
        ContentType,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("kind of item"),
        help_text=_("What kind of item this is about."),
    )
    item_id = models.PositiveBigIntegerField(
        _("item"), help_text=_("The number of the item that this is about.")
    )
    item = GenericForeignKey("item_type", "item_id")
    what = models.CharField(
        _("act"), max_length=9, choices=What.choices, help_text=_("What happened.")
    )
    by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("The person who did it. Empty if the portal did."),
    )
    bundle = models.ForeignKey(
        Bundle,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="acts",
        verbose_name=_("asked together with"),
        help_text=_("The items that were asked together with this one."),
    )
    content_hash = models.CharField(
        _("hash of the content"),
        max_length=64,
        help_text=_("The SHA-256 of the item as it was then."),
    )
    reason = models.CharField(
        _("reason"),
        max_length=300,
        blank=True,
        help_text=_("Why. Those who are part of it read this."),
    )
    at = models.DateTimeField(_("at"), help_text=_("When it happened."))

    personal_data = (
        ShownTo("by", "acts", _("What you asked, stopped or declined"), "item_type what reason at"),
    )

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("acts")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["item_type", "item_id"], name="act_item")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what="declined") | ~Q(reason=""), name="act_declined_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(bundle=None) | Q(what="asked"), name="act_asked_together"
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only adds a row."""
        super().save(*args, **kwargs | {"force_insert": True})
