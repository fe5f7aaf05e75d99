"""Filter forms of roundtables, points and commitments."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.db.models import (
    CharField,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from outcomes.commitments.as_of import (
    AsOfField,
    DayForm,
    status_columns_for,
)
from outcomes.commitments.charts import STATUS_CHOICES
from outcomes.commitments.commitment_index import NOT_RECORDED, commitment_index
from outcomes.commitments.queries import commitments_to
from outcomes.commitments.statistics import FINDING_CHOICES
from outcomes.models import (
    Commitment,
    CommitmentParty,
    Freshness,
    Outcome,
    OutcomeAddressee,
    Theme,
)
from outcomes.models.references import NUMBER_PATTERN
from participants.demonstration import ScopeForm
from participants.models import Group, Organisation, OrganisationKind
from roundtable.cache.values import get_or_set
from roundtable.filters.facet_index import FacetIndex, Tally, bits_of, ids_of_bits
from roundtable.filters.facets import (
    FacetField,
    FacetForm,
    FacetPanel,
    set_choices,
)
from roundtable.filters.query_forms import ListForm
from roundtable.models import Event

UNKNOWN_EVENT = _("This roundtable does not exist. Choose one from the list.")
UNKNOWN_THEME = _("This theme does not exist. Choose another theme.")
KIND_CHOICES = [*OrganisationKind.choices, (NOT_RECORDED, _("No organisation recorded"))]
NO_THEME = (NOT_RECORDED, _("No theme recorded"))
NO_COUNTRY = (NOT_RECORDED, _("No country recorded"))
Option = tuple[str, str | Promise]


class EventField(forms.ChoiceField):
    """A roundtable; the form sets the choices."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Roundtable"),
            required=False,
            error_messages={"invalid_choice": UNKNOWN_EVENT},
        )


class EventListForm(ScopeForm, ListForm):
    """The query string of the list of roundtables."""

    def events(self) -> QuerySet[Event]:
        return Event.objects.published().filter(is_demonstration=self.is_demonstration)


class OutcomeFilterForm(ScopeForm, FacetForm):
    """Filters a list of points."""

    facet_names = ("event", "theme", "kind", "addressee")

    event = FacetField(label=_("Roundtable"), invalid_choice=UNKNOWN_EVENT)
    theme = FacetField(label=_("Theme"), invalid_choice=UNKNOWN_THEME)
    kind = FacetField(label=_("Kind"), choices=Outcome.Kind.choices[1:])
    addressee = FacetField(label=_("Addressed to"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        offered = self._offered(self.given("addressee"))
        set_choices(self, "event", offered["event"])
        set_choices(self, "theme", offered["theme"])
        set_choices(self, "addressee", offered["party"])

    def offers(self, name: str, values: Iterable[str]) -> set[str]:
        if name != "addressee":
            return super().offers(name, values)
        return {slug for slug, _name in self._offered(values)["party"]}

    def _offered(self, slugs: Iterable[str]) -> dict[str, list[Option]]:
        statements = self.points().values("statement")
        addressees = OutcomeAddressee.objects.filter(outcome__statement__in=statements)
        return _filter_options(addressees, self.is_demonstration, slugs)

    def points(self) -> QuerySet[Outcome]:
        """Among which the facets filter."""
        published = Outcome.objects.published().points()
        return published.filter(statement__event__is_demonstration=self.is_demonstration)

    def condition(self, name: str) -> Q:
        values = self.chosen(name)
        match name:
            case "event":
                return Q(statement__event__slug__in=values)
            case "theme":
                themed = Outcome.themes.through.objects.filter(theme__slug__in=values)
                return Q(pk__in=themed.values("outcome"))
            case "kind":
                return Q(kind__in=values)
        # Addressees of a lead-in are addressees of its points too.
        spoken_to = OutcomeAddressee.objects.filter(_party_slug_q(values)).values("outcome")
        return Q(pk__in=spoken_to) | Q(parent__in=spoken_to)

    def tallies(self, name: str, rows: QuerySet[Any]) -> list[Tally]:
        match name:
            case "event":
                return [Tally(name, rows, "statement__event__slug")]
            case "theme":
                return [Tally(name, rows.filter(themes__isnull=False), "themes__slug")]
            case "kind":
                return [Tally(name, rows, "kind")]
        points = rows.order_by().values("pk")
        of_points = OutcomeAddressee.objects.filter(outcome__in=points)
        of_lead_ins = OutcomeAddressee.objects.filter(outcome__points__in=points)
        return [
            *_tally_parties(name, of_points, "outcome"),
            *_tally_parties(name, of_lead_ins, "outcome__points"),
        ]


class CommitmentScopeForm(ScopeForm, DayForm):
    """Filters commitments by roundtable, party, point, theme and day."""

    indexed_names: tuple[str, ...] = ("event", "party", "kind", "country", "theme")

    event: forms.Field = EventField()
    party: forms.Field = forms.ChoiceField(label=_("Party"), required=False)
    country: forms.Field = forms.ChoiceField(label=_("Country"), required=False)
    kind: forms.Field = forms.ChoiceField(
        label=_("Kind of organisation"),
        required=False,
        choices=[("", _("All kinds")), *KIND_CHOICES],
    )
    theme: forms.Field = forms.ChoiceField(
        label=_("Theme"), required=False, error_messages={"invalid_choice": UNKNOWN_THEME}
    )
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
        self._point = _find_point(data.get("point") or "", self.is_demonstration)
        title = f"{self._point.number}, {self._point.statement.event}" if self._point else ""
        self.point_choices = [(data["point"], title)] if title else []
        set_choices(self, "point", self.point_choices)
        self.set_scope_choices()

    def set_scope_choices(self) -> None:
        """Offers all values; here, of each one may be chosen."""
        if self._point:
            self.fields["point"].widget = forms.Select()
            set_options(self, "point", _("All points"), self.point_choices)
        offered = self.offered()
        set_options(self, "event", _("All roundtables"), offered["event"])
        set_options(self, "party", _("All parties"), offered["party"])
        set_options(self, "theme", _("All themes"), [*offered["theme"], NO_THEME])
        set_options(self, "country", _("All countries"), [*offered["country"], NO_COUNTRY])

    def offered(self, slugs: Iterable[str] | None = None) -> dict[str, list[Option]]:
        parties = CommitmentParty.objects.published()
        parties = parties.filter(commitment__event__is_demonstration=self.is_demonstration)
        return _filter_options(parties, self.is_demonstration, slugs)

    def chosen(self, name: str) -> list[str]:
        """The chosen values; some forms take one of each filter, others several."""
        found = self.cleaned_data[name]
        return found if isinstance(found, list) else [found] if found else []

    @cached_property
    def index(self) -> FacetIndex:
        """Of all commitments of the record, or of the demonstration, on the chosen day."""
        assert self.today
        found = commitment_index(self.today, self.day)
        made_up = found.bits.get("made_up", {}).get("yes", 0)
        scope = made_up if self.is_demonstration else found.everything & ~made_up
        return replace(found, everything=scope)

    @cached_property
    def index_rows(self) -> int:
        """Those of its rows that the filters find."""
        chosen = {name: self.chosen(name) for name in self.indexed_names}
        return self.index.matching(chosen, self.rows_of_point)

    @cached_property
    def rows_of_point(self) -> int:
        """All rows of the index, or those of commitments to the chosen point."""
        if not self._point:
            return self.index.everything
        found = commitments_to(self._point).order_by().values_list("pk", flat=True)
        return self.index.everything & bits_of([*found])


class CommitmentFilterForm(CommitmentScopeForm, FacetForm):
    """Filters and sorts a list of commitments."""

    sort_fields = ("sort",)
    facet_names = (
        "status",
        "overdue",
        "event",
        "party",
        "theme",
        "kind",
        "country",
        "fresh",
        "finding",
        "joining",
    )
    indexed_names = facet_names

    status = FacetField(label=_("Status"), choices=STATUS_CHOICES)
    overdue = FacetField(label=_("Due date"), choices=[("yes", _("Past its due date"))])
    event = FacetField(label=_("Roundtable"), invalid_choice=UNKNOWN_EVENT)
    party = FacetField(label=_("Party"))
    theme = FacetField(label=_("Theme"), invalid_choice=UNKNOWN_THEME)
    kind = FacetField(label=_("Kind of organisation"), choices=KIND_CHOICES)
    country = FacetField(label=_("Country"))
    fresh = FacetField(label=_("Last reported"), choices=Freshness.choices)
    finding = FacetField(label=_("Independent assessment"), choices=FINDING_CHOICES)
    joining = FacetField(label=_("Joining"), choices=[("open", _("Others can join"))])
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("", _("By roundtable")),
            ("due", _("Earliest due date first")),
            ("updated", _("Latest report first")),
        ],
    )

    def set_scope_choices(self) -> None:
        offered = self.offered(self.given("party"))
        set_choices(self, "event", offered["event"])
        set_choices(self, "party", offered["party"])
        set_choices(self, "theme", [*offered["theme"], NO_THEME])
        set_choices(self, "country", [*offered["country"], NO_COUNTRY])

    def offers(self, name: str, values: Iterable[str]) -> set[str]:
        if name != "party":
            return super().offers(name, values)
        return {slug for slug, _name in self.offered(values)["party"]}

    def found_rows(
        self, rows: QuerySet[Commitment]
    ) -> "QuerySet[Commitment] | RowsByDueDate | RowsByRoundtable":
        """Those of the rows that the filters find, for get_page()."""
        rows = rows.filter(event__is_demonstration=self.is_demonstration)
        order, found = self.cleaned_data["sort"], self.index_rows
        if not order:
            return RowsByRoundtable(self.index, found, rows)
        if order == "due":
            rows = rows.order_by(F("due_on").asc(nulls_last=True), "pk")
            is_narrowed = found != self.index.everything
            return RowsByDueDate(self.index, found, rows) if is_narrowed else rows
        if found != self.index.everything:
            rows = rows.filter(pk__among=[*ids_of_bits(found)])
        reported_on = F(status_columns_for(self.day).reported_on)
        return rows.order_by(reported_on.desc(nulls_last=True), "pk")

    def found_ids(self, rows: QuerySet[Commitment]) -> Iterable[int]:
        """The IDs of all of them, in the order of the list."""
        found = self.found_rows(rows)
        if isinstance(found, QuerySet):
            return found.values_list("pk", flat=True)
        return found.ids()

    def panel(self) -> FacetPanel:
        return self.index_panel(self.index, self.rows_of_point)


class _IndexedRows:
    """Those of `rows` that are found in the index."""

    ordered = True  # for Paginator

    def __init__(self, index: FacetIndex, found: int, rows: QuerySet[Commitment]) -> None:
        self._index, self._found, self._rows = index, found, rows

    def count(self) -> int:
        return self._found.bit_count()


class RowsByDueDate(_IndexedRows):
    """By due date, as `rows` are; for a page, only months with rows of the page are sorted."""

    def __getitem__(self, part: slice) -> QuerySet[Commitment]:
        first, last, sorted_rows = part.start, part.stop, 0
        for bits in self._by_month():
            number = bits.bit_count()
            if not sorted_rows and number <= first:
                first, last = first - number, last - number
                continue
            sorted_rows |= bits
            if sorted_rows.bit_count() >= last:
                break
        return self._rows.filter(pk__among=[*ids_of_bits(sorted_rows)])[first:last]

    def _by_month(self) -> Iterator[int]:
        """And then those without a due date."""
        others = self._found
        for _month, bits in sorted(self._index.bits.get("due", {}).items()):
            yield bits & self._found
            others &= ~bits
        yield others

    def ids(self) -> Iterable[int]:
        found = self._rows.filter(pk__among=[*ids_of_bits(self._found)])
        return found.values_list("pk", flat=True)


class RowsByRoundtable(_IndexedRows):
    """Of the latest roundtable, then of those before."""

    def __getitem__(self, part: slice) -> QuerySet[Commitment]:
        rows = self._rows.filter(pk__in=[*self._ids(part.start, part.stop)])
        return rows.order_by("-event__starts_on", "pk")

    def ids(self) -> Iterator[int]:
        return self._ids(0, self.count())

    def _ids(self, first: int, last: int) -> Iterator[int]:
        for _day, bits in sorted(self._index.bits.get("starts", {}).items(), reverse=True):
            rows = bits & self._found
            yield from ids_of_bits(rows, first, last)
            number = rows.bit_count()
            first, last = max(first - number, 0), last - number
            if last <= 0:
                return


TEXT = CharField()


def _word(word: str) -> Value:
    return Value(word, output_field=TEXT)


def set_options(
    form: forms.Form, field: str, all_label: str | Promise, options: Iterable[Option]
) -> None:
    """The choices of a menu, after one that chooses nothing."""
    set_choices(form, field, [("", all_label), *options])


def _find_point(word: str, is_demonstration: bool) -> Outcome | None:
    """The published point at a path such as bali-process-2018/1.a, or None."""
    match = re.fullmatch(rf"([-\w]{{1,50}})/({NUMBER_PATTERN})", word, re.ASCII)
    if not match:
        return None
    points = Outcome.objects.published().select_related("statement__event")
    points = points.filter(statement__event__is_demonstration=is_demonstration)
    return points.filter(statement__event__slug=match[1], number=match[2]).first()


def _tally_parties(name: str, rows: QuerySet[Any], counted: str) -> list[Tally]:
    """Organisations and groups. Organisations that are not named are left out."""
    named = rows.filter(organisation__is_name_published=True)
    groups = rows.filter(group__isnull=False)
    return [
        Tally(name, named, "organisation__slug", "organisation__name", counted),
        Tally(name, groups, "group__slug", "group__name", counted),
    ]


def _filter_options(
    rows: QuerySet[Any], is_demonstration: bool, slugs: Iterable[str] | None
) -> dict[str, list[Option]]:
    """Public roundtables, themes in use, parties of these rows, and the countries of those parties.

    With `slugs`, only these parties: there can be very many.
    """
    slugs = None if slugs is None else tuple(slugs)
    key = (rows.model, is_demonstration, slugs)
    return get_or_set(key, lambda: _find_filter_options(rows, is_demonstration, slugs))


def _find_filter_options(
    rows: QuerySet[Any], is_demonstration: bool, slugs: tuple[str, ...] | None
) -> dict[str, list[Option]]:
    none, no_day = _word(""), Cast(Value(None), DateField())
    public = Event.objects.published().filter(is_demonstration=is_demonstration)
    points = Outcome.objects.published()
    points = points.filter(statement__event__is_demonstration=is_demonstration)
    used = Outcome.themes.through.objects.filter(outcome__in=points)
    themes = Theme.objects.filter(pk__in=used.values("theme")).order_by()
    groups = Group.objects.filter(Exists(rows.filter(group=OuterRef("pk")))).order_by()
    organisations = Organisation.objects.filter(
        Exists(rows.filter(organisation=OuterRef("pk"))), is_name_published=True
    ).order_by()
    of_countries = organisations.exclude(country="")
    if slugs is not None:
        groups, organisations = groups.filter(slug__in=slugs), organisations.filter(slug__in=slugs)
    events: list[Event] = []
    found: dict[str, list[Option]] = {"theme": [], "party": [], "country": []}
    for field, slug, name, code, day in (
        public.order_by()
        .values_list(_word("event"), "slug", "title", "code", "starts_on")
        .union(
            themes.values_list(_word("theme"), "slug", "name", none, no_day),
            groups.values_list(_word("party"), "slug", "name", none, no_day),
            organisations.values_list(_word("party"), "slug", "name", none, no_day),
            of_countries.values_list(_word("country"), "country", none, none, no_day).distinct(),
            all=True,
        )
        .order_by("title")
    ):
        if field == "event":
            events.append(Event(slug=slug, title=name, code=code, starts_on=day))
        else:
            found[field].append((slug, name or countries.name(slug)))
    found["country"].sort(key=lambda option: str(option[1]))
    # Latest first, as in every list of roundtables.
    events.sort(key=lambda event: (-event.starts_on.toordinal(), event.code))
    return found | {"event": [(event.slug, str(event)) for event in events]}


def _party_slug_q(slugs: list[str]) -> Q:
    named = Q(organisation__slug__in=slugs, organisation__is_name_published=True)
    return named | Q(group__slug__in=slugs)
