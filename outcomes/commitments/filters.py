"""Filter forms of points and commitments."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from outcomes.commitments.as_of import (
    AsOfField,
    DayForm,
    as_of,
    assessments_as_of,
    parties_as_of,
    status_columns_for,
)
from outcomes.commitments.charts import STATUS_CHOICES
from outcomes.commitments.statistics import (
    FINDING_CHOICES,
    NO_FINDING,
    NOT_RECORDED,
    count_by_status,
    is_recorded,
    status_q,
    themed_commitment_points,
)
from outcomes.models import (
    ENDED_STATUSES,
    Assessment,
    Commitment,
    CommitmentParty,
    Freshness,
    Outcome,
    OutcomeAddressee,
    Theme,
    freshness_q,
    overdue_q,
)
from outcomes.models.references import NUMBER_PATTERN
from participants.models import Group, Organisation, OrganisationKind
from roundtable.models import Event
from roundtable.query_forms import ListForm


class EventField(forms.ChoiceField):
    """A roundtable; the form sets the choices."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Roundtable"),
            required=False,
            error_messages={
                "invalid_choice": _("This roundtable does not exist. Choose one from the list.")
            },
        )


class ThemeField(forms.ChoiceField):
    """A theme; the form sets the choices."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Theme"),
            required=False,
            error_messages={
                "invalid_choice": _("This theme does not exist. Choose another theme.")
            },
        )


class OutcomeFilterForm(ListForm):
    """Filters a list of points."""

    event = EventField()
    theme = ThemeField()
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
        offered = _filter_options(spoken_to)
        set_choices(self, "event", _("All roundtables"), public_event_options())
        set_choices(self, "theme", _("All themes"), offered["theme"])
        set_choices(self, "addressee", _("Anyone"), offered["party"])

    def filter(self, points: QuerySet[Outcome]) -> QuerySet[Outcome]:
        asked = self.cleaned_data
        if asked["event"]:
            points = points.filter(statement__event__slug=asked["event"])
        if asked["theme"]:
            points = points.filter(themes__slug=asked["theme"])
        if asked["kind"]:
            points = points.filter(kind=asked["kind"])
        if asked["addressee"]:
            # Addressees of a lead-in are addressees of its points too.
            spoken_to = OutcomeAddressee.objects.filter(_party_slug_q(asked["addressee"]))
            points = points.filter(
                Q(pk__in=spoken_to.values("outcome")) | Q(parent__in=spoken_to.values("outcome"))
            )
        return points


class CommitmentScopeForm(DayForm):
    """Filters commitments by roundtable, party, point, theme and day."""

    event = EventField()
    party = forms.ChoiceField(label=_("Party"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of organisation"),
        required=False,
        choices=[
            ("", _("All kinds")),
            *OrganisationKind.choices,
            (NOT_RECORDED, _("No organisation recorded")),
        ],
    )
    theme = ThemeField()
    # Hidden: only pages of points link with this filter, and a list of all points is too long.
    point = forms.ChoiceField(
        label=_("Point"),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("This point does not exist. Choose another point.")},
    )

    as_of = AsOfField()

    def __init__(self, data: Any, today: date | None = None) -> None:
        super().__init__(data, today)
        if today is None:  # the form does not offer an earlier day
            del self.fields["as_of"]
        self._point = _find_point(data.get("point") or "")
        if self._point:
            self.fields["point"].widget = forms.Select()
            title = f"{self._point.number}, {self._point.statement.event}"
            set_choices(self, "point", _("All points"), [(data["point"], title, "")])
        offered = _filter_options(CommitmentParty.objects.published())
        codes = {code for _slug, _name, code in offered["party"] if code}
        by_name = sorted(((code, countries.name(code), "") for code in codes), key=lambda c: c[1])
        set_choices(self, "event", _("All roundtables"), public_event_options())
        set_choices(self, "party", _("All parties"), offered["party"])
        no_theme = (NOT_RECORDED, _("No theme recorded"), "")
        no_country = (NOT_RECORDED, _("No country recorded"), "")
        set_choices(self, "theme", _("All themes"), [*offered["theme"], no_theme])
        set_choices(self, "country", _("All countries"), [*by_name, no_country])

    def filter_scope(self, commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
        asked = self.cleaned_data
        commitments = as_of(commitments, self.day)
        if asked["event"]:
            commitments = commitments.filter(event__slug=asked["event"])
        if asked["party"]:
            commitments = self._with_party(commitments, _party_slug_q(asked["party"]))
        if self._point:
            under = Commitment.outcomes.through.objects.filter(outcome=self._point)
            commitments = commitments.filter(Exists(under.filter(commitment=OuterRef("pk"))))
        for name in ("theme", "kind", "country"):
            if asked[name] == NOT_RECORDED:
                commitments = commitments.filter(~is_recorded(name, self.day))
            elif asked[name] and name == "theme":
                answers = themed_commitment_points().filter(outcome__themes__slug=asked[name])
                commitments = commitments.filter(pk__in=answers.values("commitment"))
            elif asked[name]:
                of_kind = Q((f"organisation__{name}", asked[name]))
                commitments = self._with_party(commitments, of_kind)
        return commitments.order_by()

    def _with_party(self, commitments: QuerySet[Commitment], condition: Q) -> QuerySet[Commitment]:
        parties = parties_as_of(CommitmentParty.objects.without_members(), self.day)
        parties = parties.filter(condition, commitment=OuterRef("pk"))
        return commitments.filter(Exists(parties))


class CommitmentFilterForm(CommitmentScopeForm, ListForm):
    """Filters and sorts a list of commitments."""

    sort_fields = ("sort",)

    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Any status")), *STATUS_CHOICES]
    )
    overdue = forms.ChoiceField(
        label=_("Due date"),
        required=False,
        choices=[("", _("Any")), ("yes", _("Past its due date"))],
    )
    fresh = forms.ChoiceField(
        label=_("Last reported"), required=False, choices=[("", _("Any")), *Freshness.choices]
    )
    finding = forms.ChoiceField(
        label=_("Independent assessment"),
        required=False,
        choices=[("", _("Any")), *FINDING_CHOICES],
    )
    joining = forms.ChoiceField(
        label=_("Joining"),
        required=False,
        choices=[("", _("Any")), ("open", _("Others can join"))],
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("", _("By roundtable")),
            ("due", _("Earliest due date first")),
            ("updated", _("Latest report first")),
        ],
    )

    def filter(self, commitments: QuerySet[Commitment], on: date) -> QuerySet[Commitment]:
        """`on` is today; a chosen day replaces it."""
        asked, stand, on = self.cleaned_data, status_columns_for(self.day), self.day or on
        orders = {
            "": F("event__starts_on").desc(),
            "due": F("due_on").asc(nulls_last=True),
            "updated": F(stand.reported_on).desc(nulls_last=True),
        }
        found = self._narrow_on(commitments, on)
        if asked["status"]:
            found = found.filter(status_q(asked["status"], stand))
        if asked["overdue"]:
            found = found.filter(overdue_q(on, stand.status))
        return found.order_by(orders[asked["sort"]], "pk")

    def counts(self, commitments: QuerySet[Commitment], on: date) -> dict[str, int]:
        """As `count_by_status`; "found" is the number that `filter` returns."""
        asked, on = self.cleaned_data, self.day or on
        rows = self._narrow_on(commitments, on)
        return count_by_status(
            rows, on, asked["status"], bool(asked["overdue"]), status_columns_for(self.day)
        )

    def _narrow_on(self, commitments: QuerySet[Commitment], on: date) -> QuerySet[Commitment]:
        asked = self.cleaned_data
        commitments = self.filter_scope(commitments)
        if asked["joining"]:
            ended = status_columns_for(self.day).status
            commitments = commitments.filter(is_open=True).exclude(
                **{f"{ended}__in": ENDED_STATUSES}
            )
        if asked["fresh"]:
            commitments = commitments.filter(
                freshness_q(asked["fresh"], on, status_columns_for(self.day).reported_on)
            )
        if asked["finding"] == NO_FINDING:
            found = assessments_as_of(Assessment.objects.approved(), self.day)
            found = found.filter(commitment=OuterRef("pk"))
            commitments = commitments.filter(~Exists(found))
        elif asked["finding"]:
            latest = Assessment.objects.newest(self.day).filter(finding=asked["finding"])
            commitments = commitments.filter(pk__in=latest.values("commitment"))
        return commitments


NamedOption = tuple[str, str | Promise, str]  # slug, name, country code or ""


def set_choices(
    form: forms.Form, field: str, all_label: Any, options: Iterable[NamedOption]
) -> None:
    choices = [("", all_label), *((slug, name) for slug, name, _country in options)]
    form.fields[field].choices = choices  # type: ignore[attr-defined]


def _find_point(word: str) -> Outcome | None:
    """The published point at a path such as bali-process-2018/1.a, or None."""
    match = re.fullmatch(rf"([-\w]{{1,50}})/({NUMBER_PATTERN})", word, re.ASCII)
    if not match:
        return None
    points = Outcome.objects.published().select_related("statement__event")
    return points.filter(statement__event__slug=match[1], number=match[2]).first()


def public_event_options() -> Iterable[NamedOption]:
    return [(event.slug, str(event), "") for event in Event.objects.published()]


def _filter_options(rows: QuerySet[Any]) -> dict[str, list[tuple[str, str, str]]]:
    none = Value("", output_field=CharField())
    party = Value("party", output_field=CharField())
    used = Outcome.themes.through.objects.filter(outcome__in=Outcome.objects.published())
    themes = (
        Theme.objects.filter(pk__in=used.values("theme"))
        .order_by()
        .values_list(Value("theme", output_field=CharField()), "slug", "name", none)
    )
    groups = Group.objects.filter(pk__in=rows.values("group")).order_by()
    organisations = Organisation.objects.filter(
        pk__in=rows.values("organisation"), is_name_published=True
    ).order_by()
    found: dict[str, list[tuple[str, str, str]]] = {"theme": [], "party": []}
    for field, slug, name, country in themes.union(
        groups.values_list(party, "slug", "name", none),
        organisations.values_list(party, "slug", "name", "country"),
        all=True,
    ).order_by("name"):
        found[field].append((slug, name, country))
    return found


def _party_slug_q(slug: str) -> Q:
    return Q(organisation__slug=slug, organisation__is_name_published=True) | Q(group__slug=slug)
