"""Who is left out of an audience, however wide it is."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from participants.models.contact import ContactChannel
from participants.models.delegate import Delegate
from participants.models.organisation import Constituency, Organisation


class AudienceException(models.Model):
    """An organisation, a country or a constituency that does not see a listing or a channel.

    It matches any present or past affiliation of who looks, and yields to an accepted introduction.
    """

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="exceptions",
        verbose_name=_("delegate"),
        help_text=_("Whose wish it is."),
    )
    channel = models.ForeignKey(
        ContactChannel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="exceptions",
        verbose_name=_("contact channel"),
        help_text=_("Empty: the listing itself, and with it every channel."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("Nobody who works or worked there."),
    )
    country = CountryField(
        _("country"), blank=True, help_text=_("Nobody whose organisation is of that country.")
    )
    constituency = models.CharField(
        _("constituency"),
        max_length=20,
        choices=Constituency.choices,
        blank=True,
        help_text=_("Nobody of that constituency."),
    )

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ["delegate", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, country="", constituency="")
                | (Q(organisation=None, constituency="") & ~Q(country=""))
                | (Q(organisation=None, country="") & ~Q(constituency="")),
                name="exception_names_one",
            ),
            models.UniqueConstraint(
                "delegate",
                Coalesce("channel", 0),
                Coalesce("organisation", 0),
                "country",
                "constituency",
                name="exception_once",
            ),
        ]

    def __str__(self) -> str:
        # Never whom it concerns: this text can end up in a log or an error message.
        return f"{self._meta.verbose_name} {self.pk}"
