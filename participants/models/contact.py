"""Contact details of delegates, who cannot see them, and how many profiles people open."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from participants.models.channels import ChannelKind, clean_value
from participants.models.delegate import Audience, Delegate, handle_field
from participants.models.organisation import Constituency, Organisation
from participants.models.person_model import UnnamedModel
from participants.models.personal_data import ShownTo
from participants.models.user import User
from roundtable.database.sealed import SealedField


class ContactChannel(models.Model):
    """One way to reach a delegate, and who may see it. Only its owner can change it."""

    handle = handle_field(
        _("Identifies it in web addresses. A number would show how many there are.")
    )
    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="channels",
        verbose_name=_("delegate"),
        help_text=_("The delegate this contact detail belongs to."),
    )
    kind = models.CharField(
        _("kind of contact"),
        max_length=10,
        choices=ChannelKind.choices,
        help_text=_("How people can contact you."),
    )
    value = SealedField(
        _("address or number"),
        bound_to="handle",
        max_length=254,
        help_text=_(
            "Start phone numbers with + and the country code, for example +62 21 5555 0100."
        ),
    )
    audience = models.CharField(
        _("who can see it"),
        max_length=12,
        choices=Audience.choices,
        default=Audience.ONLY_ME,
        help_text=_("Only people who can also see you in the directory can see this."),
    )

    personal_data = (
        ShownTo("delegate", "channels", _("Your contact details"), "kind value audience"),
    )

    class Meta:
        verbose_name = _("contact detail")
        verbose_name_plural = _("contact details")
        ordering = ["delegate", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="channel_audience_valid"
            ),
            models.CheckConstraint(condition=~Q(value=""), name="channel_has_value"),
            models.CheckConstraint(
                condition=Q(kind__in=ChannelKind.values), name="channel_kind_valid"
            ),
        ]

    def __str__(self) -> str:
        # Never the value: this text can end up in a log or an error message.
        return f"{self.get_kind_display()} {self.pk}"

    def clean(self) -> None:
        try:
            self.value = clean_value(self.kind, self.value)
        except ValidationError as problem:
            raise ValidationError({"value": problem}) from problem


class RevealBudget(models.Model):
    """How many profiles an account opened on one day (UTC)."""

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="reveal_budgets",
        verbose_name=_("account"),
        help_text=_("The account that opened the profiles."),
    )
    day = models.DateField(_("day"), help_text=_("The day, in UTC."))
    used = models.PositiveIntegerField(
        _("profiles opened"),
        default=0,
        help_text=_("How many profiles the account opened on that day."),
    )

    personal_data = (ShownTo("user", "reveals", _("How many profiles you opened"), "day used"),)

    class Meta:
        verbose_name = _("profile views in a day")
        verbose_name_plural = _("profile views by day")
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="reveal_budget_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.used}"

    @classmethod
    def spend(cls, user: User, day: date) -> bool:
        """Uses one profile view of the day; False if none is left."""
        left = cls.objects.filter(user=user, day=day, used__lt=settings.REVEALS_PER_DAY)
        if left.update(used=F("used") + 1):
            return True
        cls.objects.get_or_create(user=user, day=day)
        return bool(left.update(used=F("used") + 1))


class AudienceException(UnnamedModel):
    """An organisation, a country or a constituency that cannot see a profile or a contact detail.

    It applies to any present or past affiliation of the viewer. One for a body of a government
    applies to all bodies of that government, if its country is known. While it keeps someone from a
    profile, no introduction between the two is in force. One for a contact detail yields to an
    introduction that is in force.
    """

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="exceptions",
        verbose_name=_("delegate"),
        help_text=_("The delegate who excludes this group."),
    )
    channel = models.ForeignKey(
        ContactChannel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="exceptions",
        verbose_name=_("contact detail"),
        help_text=_(
            "If empty, this applies to the directory entry, and so to every contact detail."
        ),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("Excludes everyone who works or worked there."),
    )
    country = CountryField(
        _("country"),
        blank=True,
        help_text=_("Excludes everyone whose organisation is from that country."),
    )
    constituency = models.CharField(
        _("constituency"),
        max_length=20,
        choices=Constituency.choices,
        blank=True,
        help_text=_("Excludes everyone from that constituency."),
    )

    personal_data = (
        ShownTo(
            "delegate",
            "exceptions",
            _("Who you exclude"),
            "channel organisation country constituency",
        ),
    )

    class Meta:
        verbose_name = _("excluded group")
        verbose_name_plural = _("excluded groups")
        ordering = ["delegate", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, country="", constituency="")
                | (Q(organisation=None, constituency="") & ~Q(country=""))
                | (Q(organisation=None, country="") & ~Q(constituency="")),
                name="exception_has_one_target",
            ),
            models.UniqueConstraint(
                "delegate",
                Coalesce("channel", 0),
                Coalesce("organisation", 0),
                "country",
                "constituency",
                name="exception_unique",
            ),
        ]
