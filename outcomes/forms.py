"""Filters of points and commitments; each owns the rows that it lets through."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from outcomes.models import (
    Commitment,
    CommitmentParty,
    Outcome,
    OutcomeAddressee,
    Theme,
)
from outcomes.plots import NO_UPDATE, STATUS_CHOICES
from participants.models import Group, Organisation
from roundtable.models import Event
from roundtable.querystrings import ListForm


class OutcomeFilterForm(ListForm):
    """Which points a list shows."""

    event = forms.ChoiceField(
        label=_("Roundtable"),
        required=False,
        error_messages={"invalid_choice": _("There is no such roundtable.")},
    )
    theme = forms.ChoiceField(
        label=_("Theme"),
        required=False,
        error_messages={"invalid_choice": _("There is no such theme.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All kinds")), *Outcome.Kind.choices[1:]],
    )
    addressee = forms.ChoiceField(label=_("Addressed to"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        spoken_to = OutcomeAddressee.objects.filter(
            outcome__statement__in=Outcome.objects.published().values("statement")
        )
        offered = _offered(spoken_to)
        _offer(self, "event", _("All roundtables"), _events())
        _offer(self, "theme", _("All themes"), offered["theme"])
        _offer(self, "addressee", _("Anyone"), offered["party"])

    def filter(self, points: QuerySet[Outcome]) -> QuerySet[Outcome]:
        """Those that the form asks for."""
        asked = self.cleaned_data
        if asked["event"]:
            points = points.filter(statement__event__slug=asked["event"])
        if asked["theme"]:
            points = points.filter(themes__slug=asked["theme"])
        if asked["kind"]:
            points = points.filter(kind=asked["kind"])
        if asked["addressee"]:
            # What the lead-in is addressed to, its points are.
            spoken_to = OutcomeAddressee.objects.filter(_is_named(asked["addressee"]))
            points = points.filter(
                Q(pk__in=spoken_to.values("outcome")) | Q(parent__in=spoken_to.values("outcome"))
            )
        return points


class CommitmentFilterForm(ListForm):
    """Which commitments a list shows, and in which order."""

    arranging = ("sort",)

    event = forms.ChoiceField(
        label=_("Roundtable"),
        required=False,
        error_messages={"invalid_choice": _("There is no such roundtable.")},
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Any status")), *STATUS_CHOICES]
    )
    overdue = forms.ChoiceField(
        label=_("Due date"),
        required=False,
        choices=[("", _("Any")), ("yes", _("Overdue"))],
    )
    party = forms.ChoiceField(label=_("Party"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    theme = forms.ChoiceField(
        label=_("Theme"),
        required=False,
        error_messages={"invalid_choice": _("There is no such theme.")},
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("", _("By roundtable")),
            ("due", _("Due first")),
            ("updated", _("Updated last")),
        ],
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        offered = _offered(CommitmentParty.objects.filter(commitment__event__is_public=True))
        codes = {code for _slug, _name, code in offered["party"] if code}
        by_name = sorted(((code, countries.name(code), "") for code in codes), key=lambda c: c[1])
        _offer(self, "event", _("All roundtables"), _events())
        _offer(self, "theme", _("All themes"), offered["theme"])
        _offer(self, "party", _("All parties"), offered["party"])
        _offer(self, "country", _("All countries"), by_name)

    def filter(self, commitments: QuerySet[Commitment], on: date) -> QuerySet[Commitment]:
        """Those that the form asks for, in its order; `on` is the day that "overdue" refers to."""
        asked = self.cleaned_data
        orders = {
            "": F("event__starts_on").desc(),
            "due": F("due_on").asc(nulls_last=True),
            "updated": F("latest_update__reported_on").desc(nulls_last=True),
        }
        found = self._narrow(commitments).filter(self._at_status(asked["status"], on))
        return found.order_by(orders[asked["sort"]], "pk")

    def _at_status(self, status: str, on: date) -> Q:
        condition = Q()
        if status:
            condition &= at_status(status)
        if self.cleaned_data["overdue"]:
            condition &= _overdue(on)
        return condition

    def _narrow(self, commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
        asked = self.cleaned_data
        if asked["event"]:
            commitments = commitments.filter(event__slug=asked["event"])
        for condition in (
            asked["party"] and _is_named(asked["party"]),
            asked["country"] and Q(organisation__country=asked["country"]),
        ):
            if condition:
                parties = CommitmentParty.objects.filter(condition, commitment=OuterRef("pk"))
                commitments = commitments.filter(Exists(parties))
        if asked["theme"]:
            answers = Commitment.outcomes.through.objects.filter(
                outcome__themes__slug=asked["theme"]
            )
            commitments = commitments.filter(pk__in=answers.values("commitment"))
        return commitments

    def counts(self, commitments: QuerySet[Commitment], on: date) -> dict[str, int]:
        """As `count`, under the other filters; "found" are those that `filter` returns."""
        asked = self.cleaned_data
        kept = _overdue(on) if asked["overdue"] else Q()
        return count(self._narrow(commitments), on, kept, self._at_status(asked["status"], on))


def count(
    commitments: QuerySet[Commitment], on: date, kept: Q = Q(), found: Q = Q()
) -> dict[str, int]:
    """How many stand at each status, are "overdue", and are there at "all"; one query.

    `kept` narrows all but "overdue", `found` gives the number of that name.
    """
    numbers: dict[str, int] = commitments.aggregate(
        **{
            slug.replace("-", "_"): Count("pk", filter=at_status(slug) & kept)
            for slug, _label in STATUS_CHOICES
        },
        all=Count("pk", filter=kept or None),
        overdue=Count("pk", filter=_overdue(on)),
        found=Count("pk", filter=found or None),
    )
    return {name.replace("_", "-"): number for name, number in numbers.items()}


def _overdue(on: date) -> Q:
    return Q(pk__in=Commitment.objects.overdue(on).values("pk"))


def at_status(status: str) -> Q:
    """The commitments that stand at this status; "no-update" are those without any."""
    if status == NO_UPDATE:
        return Q(latest_update=None)
    return Q(latest_update__status=status)


Named = tuple[str, str, str]  # a word for addresses, a name, a country or nothing


def _offer(form: forms.Form, field: str, all_of_them: Any, named: Iterable[Named]) -> None:
    choices = [("", all_of_them), *((slug, name) for slug, name, _country in named)]
    form.fields[field].choices = choices  # type: ignore[attr-defined]


def _events() -> Iterable[Named]:
    return Event.objects.published().values_list("slug", "title", "country")


def _offered(rows: QuerySet[Any]) -> dict[str, list[Named]]:
    """Themes of published points, and the groups and organisations in these rows; one query."""
    none = Value("", output_field=CharField())
    party = Value("party", output_field=CharField())
    used = Outcome.themes.through.objects.filter(outcome__in=Outcome.objects.published())
    themes = (
        Theme.objects.filter(pk__in=used.values("theme"))
        .order_by()
        .values_list(Value("theme", output_field=CharField()), "slug", "name", none)
    )
    groups = Group.objects.filter(pk__in=rows.values("group")).order_by()
    organisations = Organisation.objects.filter(pk__in=rows.values("organisation")).order_by()
    found: dict[str, list[Named]] = {"theme": [], "party": []}
    for field, slug, name, country in themes.union(
        groups.values_list(party, "slug", "name", none),
        organisations.values_list(party, "slug", "name", "country"),
        all=True,
    ).order_by("name"):
        found[field].append((slug, name, country))
    return found


def _is_named(slug: str) -> Q:
    return Q(organisation__slug=slug) | Q(group__slug=slug)
