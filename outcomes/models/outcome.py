"""The sentences of a statement: lead-ins, points and their addressees."""

import string
from collections.abc import Iterable
from itertools import count

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from outcomes.models.references import NUMBER_PATTERN, full_match
from outcomes.models.statement import Statement, Theme
from participants.models import Group, Organisation, member_condition, validate_same_demonstration
from roundtable.history.versions import LinkedRows, record_history


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Which lead-ins and points someone may see, and in which order."""

    def published(self) -> "OutcomeQuerySet":
        return self.filter(
            statement__state=Statement.State.PUBLISHED, statement__event__is_public=True
        ).exclude(number="")

    def lead_ins(self) -> "OutcomeQuerySet":
        return self.filter(parent=None).order_by("position", "pk")

    def points(self) -> "OutcomeQuerySet":
        return self.filter(parent__isnull=False).order_by(
            "-statement__event__starts_on", "parent__position", "parent_id", "position", "pk"
        )

    def numbered(self) -> "list[Outcome]":
        """Lead-ins and points in order, each with the number that it has or will have.

        Nothing is saved: in a draft, the numbers follow from the order.
        """
        rows = sorted(self, key=lambda row: (row.position, row.pk))
        found = []
        lead_ins = [row for row in rows if row.parent_id is None]
        _assign_numbers(lead_ins, (str(n) for n in count(1)))
        for lead_in in lead_ins:
            points = [row for row in rows if row.parent_id == lead_in.pk]
            _assign_numbers(points, (f"{lead_in.number}.{letter_number(n)}" for n in count()))
            found += [lead_in, *points]
        return found


class Outcome(models.Model):
    """A lead-in, or a point under it, word for word as agreed."""

    class Kind(models.TextChoices):
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
        help_text=_("The statement that contains this sentence."),
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
        _("position"),
        default=0,
        help_text=_("Points appear in this order. The lowest number comes first."),
    )
    number = models.CharField(
        _("number"),
        max_length=12,
        blank=True,
        validators=[
            RegexValidator(full_match(NUMBER_PATTERN), _("Enter a number such as 1 or 1.a."))
        ],
        help_text=_(
            "Assigned when the statement is published, for example 1.a. It cannot change "
            "after that."
        ),
    )
    kind = models.CharField(
        _("kind"), max_length=16, choices=Kind.choices, help_text=_("The kind of sentence.")
    )
    text = models.TextField(_("text"), help_text=_("Exactly as agreed, including any mistakes."))
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
        help_text=_("Leave empty if the source names no theme."),
    )
    classified_by_portal = models.BooleanField(
        _("classified by this portal"),
        default=True,
        help_text=_("Tick this if the source itself does not name the kind or the addressees."),
    )
    history = record_history(
        m2m_fields=("themes",),
        rows={
            "addressees": LinkedRows(("organisation", "group")),
            "related_texts": LinkedRows(("kind", "title", "url", "quote", "source")),
        },
    )

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
                violation_error_message=_(
                    "Another point of this statement already has this number. Choose another "
                    "number."
                ),
            ),
            models.CheckConstraint(
                condition=Q(parent=None, kind="lead-in")
                | (Q(parent__isnull=False) & ~Q(kind="lead-in")),
                name="outcome_lead_ins_have_no_parent",
                violation_error_message=_(
                    "A lead-in cannot be under another sentence. Every point must be under a "
                    "lead-in."
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
        return f"{self.number} {Truncator(self.text).words(10)}".strip()

    def get_absolute_url(self) -> str:
        if not self.number:
            return ""
        return reverse("outcome-detail", args=[self.statement.event.slug, self.number])

    def addressed_organisations(self) -> models.QuerySet[Organisation]:
        """Addressed by the point or its lead-in, directly or as recorded members of a group."""
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
        if self.parent and self.parent.statement_id != self.statement_id:
            raise ValidationError(
                {
                    "parent": _(
                        "This lead-in is in another statement. Choose a lead-in of the same "
                        "statement."
                    )
                }
            )
        if self.parent and self.parent.parent_id:
            raise ValidationError({"parent": _("Choose a lead-in, not a point.")})
        if self.parent and self.pk and self.points.exists():
            raise ValidationError(
                {
                    "parent": _(
                        "This sentence has points of its own, so it cannot be under a lead-in."
                    )
                }
            )
        before = type(self).objects.filter(pk=self.pk).exclude(number="").first()
        if before and before.number != self.number:
            raise ValidationError(
                {
                    "number": _("The number %s cannot change, because others cite it.")
                    % before.number
                }
            )
        if before and before.parent_id != self.parent_id:
            raise ValidationError(
                {
                    "parent": _("%s already has its number, so it must stay under its lead-in.")
                    % before.number
                }
            )


def organisation_or_group_constraints(prefix: str, parent: str) -> list[models.BaseConstraint]:
    """For a model that names one organisation or one group, each once for a parent."""
    return [
        models.CheckConstraint(
            condition=Q(organisation=None, group__isnull=False)
            | Q(organisation__isnull=False, group=None),
            name=f"{prefix}_is_one_organisation_or_one_group",
            violation_error_message=_("Choose an organisation or a group, not both."),
        ),
        models.UniqueConstraint(
            fields=[parent, "organisation"],
            condition=Q(organisation__isnull=False),
            name=f"{prefix}_organisation_unique",
        ),
        models.UniqueConstraint(
            fields=[parent, "group"],
            condition=Q(group__isnull=False),
            name=f"{prefix}_group_unique",
        ),
    ]


class OutcomeAddressee(models.Model):
    """An organisation or a group that a point is addressed to."""

    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        related_name="addressees",
        verbose_name=_("outcome"),
        help_text=_("The point that is addressed to this organisation or group."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="addressed_by",
        verbose_name=_("organisation"),
        help_text=_("Choose either an organisation or a group."),
    )
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="addressed_by",
        verbose_name=_("group"),
        help_text=_("Choose either a group or an organisation."),
    )

    class Meta:
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        ordering = ["pk"]
        constraints = [
            *organisation_or_group_constraints("addressee", "outcome"),
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.group)

    def clean(self) -> None:
        if self.outcome_id and self.organisation:
            validate_same_demonstration(
                self.outcome.statement.event, self.organisation.is_demonstration
            )


def _assign_numbers(rows: "list[Outcome]", numbers: Iterable[str]) -> None:
    """Gives each row without a number the first free one."""
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
