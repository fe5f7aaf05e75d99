"""Groups that a statement speaks to as one, and which organisations they are made of."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from participants.models.organisation import CONSTITUENCY_OF, Constituency, EventRole


class Group(models.Model):
    """Those whom a statement speaks to as one: governments, CSOs, participants, co-chairs."""

    slug = models.SlugField(
        _("short name in addresses"), unique=True, help_text=_("For example governments.")
    )
    name = models.CharField(
        _("name"), max_length=100, help_text=_("As the statement says it, for example CSOs.")
    )
    description = models.CharField(
        _("description"),
        max_length=200,
        blank=True,
        help_text=_("Who is meant, in words that a reader from outside understands."),
    )
    made_of = models.CharField(
        _("made of"),
        max_length=16,
        blank=True,
        choices=[
            *Constituency.choices,
            ("participants", _("Everyone who took part")),
            ("cochairs", _("Co-chairs")),
        ],
        help_text=_(
            "Which organisations of a roundtable the statement means by it, so that their answers "
            "can be counted. Leave empty if that is not clear."
        ),
    )

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(made_of__in=["", *Constituency.values, "participants", "cochairs"]),
                name="group_made_of_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def members_of(made_of: str, event: int) -> Q:
    """Condition for the organisations at a roundtable that a group is made of, as far as recorded.

    `made_of` is the word of `Group.made_of`; where it is empty there are none.
    """
    if not made_of:
        return Q(pk__in=[])
    roles = EventRole.objects.filter(event=event)
    if made_of == "cochairs":
        roles = roles.filter(role=EventRole.Role.COCHAIR)
    condition = Q(pk__in=roles.values("organisation"))
    if made_of in Constituency.values:
        kinds = [kind for kind, where in CONSTITUENCY_OF.items() if where == made_of]
        condition &= Q(kind__in=kinds)
    return condition
