"""Confirmations: people of different organisations, each of whom agrees to one binding act."""

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from participants.models.act import OnBehalf
from participants.models.participation import Participation
from participants.models.person_model import UnnamedModel
from participants.models.personal_data import ShownTo
from participants.models.user import Grant, User
from roundtable.models import Event


class Capacity(models.TextChoices):
    """As what someone confirms."""

    COCHAIR = "cochair", _("co-chair")
    COHOST = "cohost", _("co-host")
    CONFIRMER = "confirmer", _("confirmer of the constituency")
    OPERATOR = "operator", _("operator, in place of a co-chair")
    ALONE = "alone", _("the only one, before two confirmations were required")


class Confirmation(OnBehalf):
    """One person confirms, for an organisation, exactly the content that the hash names.

    If the content changes afterwards, the confirmation no longer counts.
    """

    by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("confirmed by"),
        help_text=_("The person who confirmed."),
    )
    capacity = models.CharField(
        _("as"),
        max_length=9,
        choices=Capacity.choices,
        help_text=_("The right by which the person confirmed."),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), help_text=_("When it was confirmed."))
    content_hash = models.CharField(
        _("hash of the content"),
        max_length=64,
        help_text=_("The SHA-256 of what was confirmed."),
    )

    class Meta:
        abstract = True
        ordering = ["confirmed_at", "pk"]


def confirmation_constraints(
    subject: str, name: str, among: Q | None = None
) -> list[models.BaseConstraint]:
    """Each person, and each organisation, confirms a subject once."""
    among = among or Q()
    # The one who confirmed it alone, before two were required, may be one of the two.
    counted = ~Q(capacity="alone") & among
    return [
        models.UniqueConstraint(
            fields=[subject, "by"], condition=counted, name=f"{name}_once_per_person"
        ),
        models.UniqueConstraint(
            fields=[subject, "on_behalf_of"],
            condition=counted,
            name=f"{name}_once_per_organisation",
        ),
        models.UniqueConstraint(
            fields=[subject],
            condition=Q(capacity="operator") & among,
            name=f"{name}_operator_once",
        ),
        models.CheckConstraint(
            condition=Q(capacity="operator", on_behalf_of=None)
            | Q(capacity__in=["cochair", "cohost", "confirmer"], on_behalf_of__isnull=False)
            | Q(capacity="alone"),
            name=f"{name}_for_organisation",
        ),
    ]


class PresentConfirmations(models.Manager["ParticipationConfirmation"]):
    """Leaves out those of before the participation was suspended: they no longer count.

    Lookups across relations, such as confirmations__by, do not use it.
    """

    def get_queryset(self) -> "models.QuerySet[ParticipationConfirmation]":
        return super().get_queryset().filter(before_suspension=False)


class ParticipationConfirmation(Confirmation):
    """Someone confirms that a person takes part for an organisation.

    A suspension keeps it, and does not count it, until others have confirmed the participation
    again.
    """

    participation = models.ForeignKey(
        Participation,
        on_delete=models.CASCADE,
        related_name="confirmations",
        verbose_name=_("participation"),
        help_text=_("The participation that was confirmed."),
    )
    has_effect = models.BooleanField(
        _("has effect"),
        default=False,
        help_text=_("Whether it is one of the confirmations that gave the participation effect."),
    )
    before_suspension = models.BooleanField(
        _("given before the suspension"),
        default=False,
        help_text=_("Whether the participation was suspended afterwards, and has not returned."),
    )

    objects = PresentConfirmations()
    with_earlier = models.Manager["ParticipationConfirmation"]()

    personal_data = (
        ShownTo(
            "by",
            "participations_confirmed",
            _("Participations that you confirmed"),
            "participation__event participation__organisation capacity on_behalf_of confirmed_at",
        ),
    )

    class Meta(Confirmation.Meta):
        verbose_name = _("confirmation of a participation")
        verbose_name_plural = _("confirmations of participations")
        constraints = confirmation_constraints(
            "participation",
            "participation_confirmed",
            among=Q(before_suspension=False),
        )


class GrantConfirmation(Confirmation):
    """Someone of another organisation confirms a right."""

    grant = models.ForeignKey(
        Grant,
        on_delete=models.CASCADE,
        related_name="confirmations",
        verbose_name=_("grant"),
        help_text=_("The grant that was confirmed."),
    )

    personal_data = (
        ShownTo(
            "by",
            "grants_confirmed",
            _("Permissions that you confirmed"),
            "grant__event grant__role capacity on_behalf_of confirmed_at",
        ),
    )

    class Meta(Confirmation.Meta):
        verbose_name = _("confirmation of a grant")
        verbose_name_plural = _("confirmations of grants")
        constraints = confirmation_constraints("grant", "grant_confirmed")


class ListClosure(UnnamedModel):
    """The closed list of participants: from then on, they see what others share with them."""

    event = models.OneToOneField(
        Event,
        on_delete=models.CASCADE,
        related_name="list_closure",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable whose list of participants is closed."),
    )
    closed_at = models.DateTimeField(
        _("closed"),
        null=True,
        blank=True,
        help_text=_("When the second organisation agreed. Empty until then."),
    )

    acts = GenericRelation("participants.Act", "item_id", "item_type")

    class Meta:
        verbose_name = _("closing of a list of participants")
        verbose_name_plural = _("closings of lists of participants")
        ordering = ["event"]


class ListClosureConfirmation(Confirmation):
    """Someone agrees to close the list as it is."""

    closure = models.ForeignKey(
        ListClosure,
        on_delete=models.CASCADE,
        related_name="confirmations",
        verbose_name=_("closing of a list of participants"),
        help_text=_("What was agreed to."),
    )

    personal_data = (
        ShownTo(
            "by",
            "lists_closed",
            _("Lists of participants that you agreed to close"),
            "closure__event capacity on_behalf_of confirmed_at",
        ),
    )

    class Meta(Confirmation.Meta):
        verbose_name = _("agreement to close a list of participants")
        verbose_name_plural = _("agreements to close lists of participants")
        constraints = confirmation_constraints("closure", "list_closure")
