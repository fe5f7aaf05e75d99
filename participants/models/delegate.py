"""People who take part, where they work, and when they took part."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models.languages import LANGUAGE_CHOICES
from participants.models.user import User


class Audience(models.TextChoices):
    """Who may see something. These are sets, not steps: no code compares two of them."""

    ONLY_ME = "only_me", _("Only me")
    INTRODUCED = "introduced", _("People introduced to me")
    CONSTITUENCY = "constituency", _("My constituency")
    PARTICIPANTS = "participants", _("Participants")
    EVERYONE = "everyone", _("Everyone")


def generate_handle() -> str:
    """Ten random characters that cannot be guessed and are easily read aloud."""
    return get_random_string(10, "abcdefghjkmnpqrstuvwxyz23456789")


def validate_has_visible_character(value: str) -> None:
    """Raises ValidationError for a text without a single letter, digit or sign that shows."""
    if not any(unicodedata.category(c)[0] in "LNSP" for c in value):
        raise ValidationError(_("Write at least one letter."))


class Delegate(models.Model):
    """A person who takes part. Unlisted until that person says otherwise."""

    handle = models.CharField(
        _("handle"),
        max_length=10,
        unique=True,
        default=generate_handle,
        editable=False,
        help_text=_("Stands for the person in addresses. Random, so that nobody can guess it."),
    )
    name = models.CharField(
        _("name"),
        max_length=200,
        validators=[validate_has_visible_character],
        help_text=_("As the person writes it, in any script."),
    )
    name_latin = models.CharField(
        _("name in Latin letters"),
        max_length=200,
        blank=True,
        help_text=_("For readers of other scripts. Leave empty if the name is in Latin letters."),
    )
    post = models.CharField(
        _("post"),
        max_length=200,
        blank=True,
        help_text=_("What you do, for example Head of Protection."),
    )
    about = models.TextField(
        _("about"),
        max_length=600,
        blank=True,
        help_text=_("A few sentences: what others may ask you about."),
    )
    invitation_email = models.EmailField(
        _("invitation address"),
        blank=True,
        help_text=_(
            "Where the co-chairs send the invitation. Only co-chairs see it; it is never shared."
        ),
    )
    user = models.OneToOneField(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="delegate",
        verbose_name=_("account"),
        help_text=_("Empty until the person has signed in."),
    )
    listed_to = models.CharField(
        _("who may see that I am listed"),
        max_length=12,
        choices=Audience.choices,
        default=Audience.ONLY_ME,
        help_text=_("They see your name, post, organisation, languages and what you write above."),
    )
    is_protected = models.BooleanField(
        _("protected"),
        default=False,
        help_text=_(
            "Never listed. People reach you only when you accept an introduction, or through your "
            "organisation's mailbox."
        ),
    )
    consented_at = models.DateTimeField(
        _("agreed to share"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the person last agreed to the notice; empty after a withdrawal."),
    )
    reviewed_on = models.DateField(
        _("last found right"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The day on which the person last said that all of this is right."),
    )
    hidden_at = models.DateTimeField(
        _("hidden since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("While this is set nobody sees anything of the person."),
    )
    erased_at = models.DateTimeField(
        _("erased"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When everything about the person was removed but that somebody took part."),
    )
    hide_link_version = models.PositiveIntegerField(
        _("round of links"),
        default=0,
        editable=False,
        help_text=_("Links in messages that hide the person work in the round they were made in."),
    )
    is_demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        editable=False,
        help_text=_("Made up. Takes part in demonstrations only."),
    )

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") | Q(erased_at__isnull=False), name="delegate_has_name"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(name="", user=None, invitation_email=""),
                name="delegate_erased_leaves_nothing",
            ),
            models.CheckConstraint(
                condition=Q(listed_to__in=Audience.values), name="delegate_listed_to_valid"
            ),
            # Nobody but the person can choose to be listed.
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(listed_to=Audience.ONLY_ME),
                name="delegate_listed_only_with_account",
            ),
            models.CheckConstraint(
                condition=Q(consented_at__isnull=False) | Q(listed_to=Audience.ONLY_ME),
                name="delegate_listed_only_with_consent",
                violation_error_message=_("Agree to the notice first."),
            ),
            models.CheckConstraint(
                condition=Q(is_protected=False)
                | Q(listed_to__in=[Audience.ONLY_ME, Audience.INTRODUCED]),
                name="delegate_protected_is_unlisted",
                violation_error_message=_(
                    "A protected profile is seen by people introduced to you at most."
                ),
            ),
        ]

    def __str__(self) -> str:
        if self.erased_at:
            return gettext("A delegate who was erased")
        return self.name

    def get_absolute_url(self) -> str:
        """The page of this person, for those who may see it."""
        return reverse("delegate-detail", args=[self.handle])


class DelegateLanguage(models.Model):
    """A language that a delegate can be written to in."""

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="languages",
        verbose_name=_("delegate"),
        help_text=_("Who knows the language."),
    )
    language = models.CharField(
        _("language"),
        max_length=7,
        choices=LANGUAGE_CHOICES,
        help_text=_("A language that others may write in."),
    )

    class Meta:
        verbose_name = _("language")
        verbose_name_plural = _("languages")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["delegate", "language"], name="language_unique"),
        ]

    def __str__(self) -> str:
        return self.get_language_display()
