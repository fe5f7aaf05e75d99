"""People who take part, and the languages they use."""

import unicodedata
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models.languages import LANGUAGE_CHOICES
from participants.models.person_model import PersonModel
from participants.models.personal_data import ShownTo
from participants.models.user import User
from roundtable.database.sealed import SealedField
from roundtable.text.name_folding import normalise_for_search


class Audience(models.TextChoices):
    """Who may see something. They are sets, which only `audiences.is_within()` compares.

    Pages call them as `audience_choice.audience_name()` does.
    """

    ONLY_ME = "only_me", _("Only me")
    INTRODUCED = "introduced", _("People I said yes to")
    CONSTITUENCY = "constituency", _("My constituency at this meeting")
    PARTICIPANTS = "participants", _("Everyone at the meeting, governments too")
    EVERYONE = "everyone", _("Anyone on the internet")


def generate_handle() -> str:
    """Ten random characters that no one can guess and that are easy to read aloud."""
    return get_random_string(10, "abcdefghjkmnpqrstuvwxyz23456789")


def handle_field(help_text: Any) -> "models.CharField[str, str]":
    return models.CharField(
        _("handle"),
        max_length=10,
        unique=True,
        default=generate_handle,
        editable=False,
        help_text=help_text,
    )


def validate_has_visible_character(value: str) -> None:
    if not any(unicodedata.category(c)[0] in "LNSP" for c in value):
        raise ValidationError(_("Enter at least one letter."))


def available_q(prefix: str = "") -> Q:
    """Neither hidden nor erased, and the account is not to be changed.

    `prefix` leads to the delegate, for example "delegate__".
    """
    return Q(
        (f"{prefix}hidden_at", None),
        (f"{prefix}erased_at", None),
        (f"{prefix}new_address_agreed_at", None),
    )


class SortNameField(models.CharField[str, str]):
    """The name in Latin letters, where there is one, without case and accents.

    Databases sort by code point, or each by rules of its own.
    """

    def pre_save(self, model_instance: Any, add: bool) -> str:
        name = normalise_for_search(model_instance.name_latin or model_instance.name)
        # A letter can become several.
        model_instance.sort_name = name[: self.max_length]
        return name[: self.max_length]


BY_NAME = ("sort_name", "pk")


class Delegate(PersonModel):
    """A person who takes part. Not listed until this person chooses to be."""

    handle = handle_field(
        _("Identifies the person in web addresses. It is random, so no one can guess it.")
    )
    name = models.CharField(
        _("name"),
        max_length=200,
        validators=[validate_has_visible_character],
        help_text=_("The name as the person writes it, in any script."),
    )
    name_latin = models.CharField(
        _("name in Latin letters"),
        max_length=200,
        blank=True,
        help_text=_(
            "For people who read other scripts. Leave empty if the name is in Latin letters."
        ),
    )
    sort_name = SortNameField(
        _("name to sort by"),
        max_length=200,
        editable=False,
        help_text=_("Where the person is in lists. The portal makes it from the name."),
    )
    post = models.CharField(
        _("post"),
        max_length=200,
        blank=True,
        help_text=_("Your job title, for example Head of Protection."),
    )
    about = SealedField(
        _("about"),
        bound_to="handle",
        max_length=600,
        blank=True,
        help_text=_("A few sentences about what others can ask you."),
    )
    invitation_email = models.EmailField(
        _("invitation address"),
        blank=True,
        help_text=_(
            "The co-chairs send the invitation to this address. Co-chairs and operators can "
            "see it, also in the list of participants. Other participants cannot see it."
        ),
    )
    user = models.OneToOneField(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="delegate",
        verbose_name=_("account"),
        help_text=_("Empty until the person signs in."),
    )
    listed_to = models.CharField(
        _("who can see you in the directory"),
        max_length=12,
        choices=Audience.choices,
        default=Audience.ONLY_ME,
        help_text=_(
            "These people can see your name, post, organisation, languages and what you "
            "write above."
        ),
    )
    is_protected = models.BooleanField(
        _("keep my name off lists"),
        default=False,
        help_text=_("At most, people you said yes to then find you in the directory."),
    )
    consented_at = models.DateTimeField(
        _("consent given at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "When the person last agreed to the consent notice. Empty after the person "
            "withdraws consent."
        ),
    )
    reviewed_on = models.DateField(
        _("last confirmed on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The day the person last confirmed that all of this is correct."),
    )
    hidden_at = models.DateTimeField(
        _("hidden since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("While this is set, no other participant can see the person's profile."),
    )
    new_address_agreed_at = models.DateTimeField(
        _("account changes from"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "Set while a change of the account waits, and while the former account is kept "
            "afterwards. No other participant can then see the person's profile."
        ),
    )
    erased_at = models.DateTimeField(
        _("erased at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "When everything about the person was erased. Only the fact that someone took"
            " part remains."
        ),
    )
    is_demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        editable=False,
        help_text=_("Made up. This person can take part in demonstrations only."),
    )

    derived_fields = {"sort_name": {"name", "name_latin"}, "about": {"handle"}}

    personal_data = (
        ShownTo(
            "user",
            "profile",
            _("Profile"),
            "handle name name_latin post about invitation_email listed_to is_protected "
            "consented_at reviewed_on hidden_at new_address_agreed_at is_demonstration",
        ),
    )

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = BY_NAME
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
            # Only the person can choose to be listed.
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(listed_to=Audience.ONLY_ME),
                name="delegate_listed_only_with_account",
            ),
            models.CheckConstraint(
                condition=Q(consented_at__isnull=False) | Q(listed_to=Audience.ONLY_ME),
                name="delegate_listed_only_with_consent",
                violation_error_message=_(
                    "A profile cannot be shared without consent. Agree to the consent notice first."
                ),
            ),
            models.CheckConstraint(
                condition=Q(is_protected=False)
                | Q(listed_to__in=[Audience.ONLY_ME, Audience.INTRODUCED]),
                name="delegate_protected_is_unlisted",
                violation_error_message=format_lazy(
                    _("Your name is kept off lists. Choose “{only_me}” or “{introduced}”."),
                    only_me=Audience.ONLY_ME.label,
                    introduced=Audience.INTRODUCED.label,
                ),
            ),
        ]

        indexes = [
            # The order of the directory, so that its first page needs no sorting.
            models.Index(fields=["sort_name", "id"], name="delegate_by_sort_name"),
            # Whom everyone can find there: to count them, no row is read.
            models.Index(
                fields=["sort_name", "id", "user"],
                condition=available_q() & Q(consented_at__isnull=False, listed_to="everyone"),
                name="delegate_listed_to_all",
            ),
        ]

    def __str__(self) -> str:
        if self.erased_at:
            return gettext("Erased delegate")
        return self.name

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        # An erased person has no name.
        super().clean_fields(exclude={*(exclude or ()), "name"} if self.erased_at else exclude)

    def get_absolute_url(self) -> str:
        return reverse("delegate-detail", args=[self.handle])

    @property
    def is_available(self) -> bool:
        """The same as available_q()."""
        return not (self.hidden_at or self.erased_at or self.new_address_agreed_at)


class DelegateLanguage(models.Model):
    """A language in which others can write to a delegate."""

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="languages",
        verbose_name=_("delegate"),
        help_text=_("The delegate who knows the language."),
    )
    language = models.CharField(
        _("language"),
        max_length=7,
        choices=LANGUAGE_CHOICES,
        help_text=_("A language in which others can write to the delegate."),
    )

    personal_data = (ShownTo("delegate", "languages", _("Languages"), "language"),)

    class Meta:
        verbose_name = _("language")
        verbose_name_plural = _("languages")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["delegate", "language"], name="language_unique"),
        ]

    def __str__(self) -> str:
        return self.get_language_display()
