"""Under which addresses an organisation or a person stood before it was merged into another."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.organisation import Organisation


class SlugRedirect(models.Model):
    """A short name in addresses that leads on to the organisation that stayed."""

    slug = models.SlugField(
        _("short name in addresses"),
        max_length=100,
        unique=True,
        help_text=_("Others link to it still, so no organisation gets it anew."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        related_name="slug_redirects",
        verbose_name=_("organisation"),
        help_text=_("Where it leads."),
    )

    class Meta:
        verbose_name = _("former short name")
        verbose_name_plural = _("former short names")

    def __str__(self) -> str:
        return self.slug


class HandleRedirect(models.Model):
    """A handle that leads on to the person who stayed, and the number that the log knew."""

    handle = models.CharField(
        _("handle"), max_length=10, unique=True, help_text=_("Stood for the person in addresses.")
    )
    merged_pk = models.BigIntegerField(
        _("number"), unique=True, help_text=_("Of the row that was merged; the log names it.")
    )
    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="handle_redirects",
        verbose_name=_("delegate"),
        help_text=_("Where it leads."),
    )

    class Meta:
        verbose_name = _("former handle")
        verbose_name_plural = _("former handles")

    def __str__(self) -> str:
        return self.handle


def merged_delegates(person: Delegate) -> Iterable[Delegate]:
    """The rows by which the log knows the person: this one, and those merged into it."""
    merged_pks = person.handle_redirects.values_list("merged_pk", flat=True)
    return [person, *(Delegate(pk=number) for number in merged_pks)]
