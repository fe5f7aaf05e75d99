"""The sentences of a statement: lead-ins, the points beneath them, and to whom they speak."""

import string
from collections.abc import Iterable
from itertools import count

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from outcomes.models.references import NUMBER_PATTERN, full_match
from outcomes.models.statement import Statement, Theme
from participants.models import Group, Organisation, member_condition, validate_same_demonstration
from roundtable.history import record_history


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Which lead-ins and points someone may see, and in which order."""

    def published(self) -> "OutcomeQuerySet":
        """Those of published statements of public roundtables, once they have their number."""
        return self.filter(
            statement__state=Statement.State.PUBLISHED, statement__event__is_public=True
        ).exclude(number="")

    def lead_ins(self) -> "OutcomeQuerySet":
        """The sentences that introduce points, in order."""
        return self.filter(parent=None).order_by("position", "pk")

    def points(self) -> "OutcomeQuerySet":
        """The points themselves, in the order of their statement."""
        return self.filter(parent__isnull=False).order_by(
            "-statement__event__starts_on", "parent__position", "parent_id", "position", "pk"
        )

    def numbered(self) -> "list[Outcome]":
        """Lead-ins and points in order, each with the number that it has or will have.

        Nothing is stored: the numbers of a draft follow from its order.
        """
        rows = list(self.order_by("position", "pk"))
        found = []
        lead_ins = [row for row in rows if row.parent_id is None]
        _assign_numbers(lead_ins, (str(n) for n in count(1)))
        for lead_in in lead_ins:
            points = [row for row in rows if row.parent_id == lead_in.pk]
            _assign_numbers(points, (f"{lead_in.number}.{letter_number(n)}" for n in count()))
            found += [lead_in, *points]
        return found


class Outcome(models.Model):
    """A lead-in, or a point beneath it, word for word as agreed."""

    class Kind(models.TextChoices):
        """What a sentence of the statement is."""

        LEAD_IN = "lead-in", _("Lead-in")
        PRINCIPLE = "principle", _("Principle")
        RECOMMENDATION = "recommendation", _("Recommendation")
        GOOD_PRACTICE = "good-practice", _("Good practice")
        UNDERTAKING = "undertaking", _("Undertaking")

    statement = models.ForeignKey(
        Statement,
        on_delete=models.CASCADE,
        related_name="outcomes",
        verbose_name=_("statement"),
        help_text=_("The statement that it stands in."),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="points",
        verbose_name=_("lead-in"),
        help_text=_("The sentence that this point completes. Empty for a lead-in."),
    )
    position = models.PositiveIntegerField(
        _("position"), default=0, help_text=_("Points stand in this order; smaller comes first.")
    )
    number = models.CharField(
        _("number"),
        max_length=12,
        blank=True,
        validators=[
            RegexValidator(full_match(NUMBER_PATTERN), _("Write a number such as 1 or 1.a."))
        ],
        help_text=_("Given when the statement is published, such as 1.a, and frozen from then on."),
    )
    kind = models.CharField(
        _("kind"), max_length=16, choices=Kind.choices, help_text=_("What the sentence is.")
    )
    text = models.TextField(_("text"), help_text=_("Word for word as agreed, slips included."))
    place_in_source = models.CharField(
        _("place in the source"),
        max_length=200,
        blank=True,
        help_text=_("For example: first list, first item."),
    )
    themes = models.ManyToManyField(
        Theme,
        blank=True,
        related_name="outcomes",
        verbose_name=_("themes"),
        help_text=_("Leave empty where the source names none."),
    )
    classified_by_portal = models.BooleanField(
        _("classified by this portal"),
        default=True,
        help_text=_("Ticked where the source does not itself name the kind or the addressees."),
    )
    history = record_history(m2m_fields=("themes",))

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["statement", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "number"],
                condition=~Q(number=""),
                name="outcome_number_unique",
                violation_error_message=_("Another point of this statement has that number."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None, kind="lead-in")
                | (Q(parent__isnull=False) & ~Q(kind="lead-in")),
                name="outcome_lead_ins_have_no_parent",
                violation_error_message=_(
                    "A lead-in stands under nothing, and every point stands under a lead-in."
                ),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="outcome_has_text"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "lead-in",
                        "principle",
                        "recommendation",
                        "good-practice",
                        "undertaking",
                    ]
                ),
                name="outcome_kind_valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text[:60]}".strip()

    def get_absolute_url(self) -> str:
        """The permalink; empty while the statement has no numbers."""
        if not self.number:
            return ""
        return reverse("outcome-detail", args=[self.statement.event.slug, self.number])

    def addressed_organisations(self) -> models.QuerySet[Organisation]:
        """Whom the point speaks to, itself or through its lead-in, group by group, as recorded."""
        event = self.statement.event_id
        condition = Q(pk__in=[])
        for addressee in OutcomeAddressee.objects.filter(
            outcome__in=[pk for pk in (self.pk, self.parent_id) if pk]
        ).select_related("group"):
            if addressee.group:
                condition |= member_condition(addressee.group.member_rule, event)
            else:
                condition |= Q(pk=addressee.organisation_id)
        return Organisation.objects.filter(condition).distinct()

    def clean(self) -> None:
        """Raises ValidationError for a wrong parent, and where what others cite would change."""
        if self.parent and self.parent.statement_id != self.statement_id:
            raise ValidationError({"parent": _("The lead-in stands in another statement.")})
        if self.parent and self.parent.parent_id:
            raise ValidationError({"parent": _("Choose a lead-in, not a point.")})
        if self.parent and self.pk and self.points.exists():
            raise ValidationError({"parent": _("This one has points of its own.")})
        before = type(self).objects.filter(pk=self.pk).exclude(number="").first()
        if before and before.number != self.number:
            raise ValidationError(
                {"number": _("The number %s is frozen: others cite it.") % before.number}
            )
        if before and before.parent_id != self.parent_id:
            raise ValidationError(
                {"parent": _("%s has its number, so it stays under its lead-in.") % before.number}
            )


class OutcomeAddressee(models.Model):
    """To whom a point speaks: an organisation or a group."""

    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        related_name="addressees",
        verbose_name=_("outcome"),
        help_text=_("The point that speaks to them."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="addressed_by",
        verbose_name=_("organisation"),
        help_text=_("Either an organisation or a group."),
    )
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="addressed_by",
        verbose_name=_("group"),
        help_text=_("Either a group or an organisation."),
    )

    class Meta:
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation=None, group__isnull=False)
                | Q(organisation__isnull=False, group=None),
                name="addressee_is_one_organisation_or_one_group",
                violation_error_message=_("Choose an organisation or a group, not both."),
            ),
            models.UniqueConstraint(
                fields=["outcome", "organisation"],
                condition=Q(organisation__isnull=False),
                name="addressee_organisation_unique",
            ),
            models.UniqueConstraint(
                fields=["outcome", "group"],
                condition=Q(group__isnull=False),
                name="addressee_group_unique",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.group)

    def clean(self) -> None:
        """Raises ValidationError where a made-up organisation would meet a real roundtable."""
        if self.outcome_id and self.organisation:
            validate_same_demonstration(
                self.outcome.statement.event, self.organisation.is_demonstration
            )


def _assign_numbers(rows: "list[Outcome]", numbers: Iterable[str]) -> None:
    """Gives each row that has no number the first one that none of them has."""
    taken = {row.number for row in rows}
    free = (number for number in numbers if number not in taken)
    for row in rows:
        if not row.number:
            row.number = next(free)


def letter_number(number: int) -> str:
    """Counts a, b … z, aa, ab … from 0."""
    word = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        word = string.ascii_lowercase[rest] + word
    return word
