"""Old addresses of organisations and people that were merged into others."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.organisation import Organisation
from participants.models.personal_data import ShownTo


class SlugRedirect(models.Model):
    """A former short name that redirects to the remaining organisation."""

    slug = models.SlugField(
        _("short name in web addresses"),
        max_length=100,
        unique=True,
        help_text=_("Other people still link to it, so no organisation can use it again."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        related_name="slug_redirects",
        verbose_name=_("organisation"),
        help_text=_("What the old address opens now."),
    )

    class Meta:
        verbose_name = _("former short name")
        verbose_name_plural = _("former short names")

    def __str__(self) -> str:
        return self.slug


class HandleRedirect(models.Model):
    """A former handle that redirects to the remaining person, and the number in the log."""

    handle = models.CharField(
        _("handle"),
        max_length=10,
        unique=True,
        help_text=_("Identified the person in web addresses before the merge."),
    )
    merged_pk = models.BigIntegerField(
        _("number"),
        unique=True,
        help_text=_("The number of the entry that was merged. The log uses this number."),
    )
    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="handle_redirects",
        verbose_name=_("delegate"),
        help_text=_("What the old address opens now."),
    )

    personal_data = (
        ShownTo(
            "delegate", "handle_redirects", _("Former web addresses of your profile"), "handle"
        ),
    )

    class Meta:
        verbose_name = _("former handle")
        verbose_name_plural = _("former handles")

    def __str__(self) -> str:
        return self.handle


def merged_delegates(person: Delegate) -> Iterable[Delegate]:
    """This person, and an unsaved Delegate for each number merged into it, for the log."""
    merged_pks = person.handle_redirects.values_list("merged_pk", flat=True)
    return [person, *(Delegate(pk=number) for number in merged_pks)]
