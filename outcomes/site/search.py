"""Search in points, commitments, organisations and visible people."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.queries import parties_shown
from outcomes.models import Commitment, Outcome
from participants.models import Organisation
from participants.privacy import visibility
from roundtable.query_forms import QueryForm

RESULTS_PER_KIND = 20  # per kind
MAX_WORDS = 8


class SearchForm(QueryForm):
    """The search words."""

    q = forms.CharField(
        label=_("Search words"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def clean_q(self) -> list[str]:
        words = list(dict.fromkeys(self.cleaned_data["q"].split()))
        if len(words) > MAX_WORDS:
            raise forms.ValidationError(
                _("Search for at most %(most)s words at a time."), params={"most": MAX_WORDS}
            )
        return words


@dataclass(frozen=True)
class SearchResults:
    """The first matches of each kind."""

    outcomes: list[Outcome]
    commitments: list[Commitment]
    organisations: list[Organisation]
    people: list[visibility.Card]

    @property
    def is_empty(self) -> bool:
        return not (self.outcomes or self.commitments or self.organisations or self.people)


def search(words: list[str], viewer: visibility.Viewer, on: date) -> SearchResults:
    return SearchResults(
        outcomes=list(
            Outcome.objects.published()
            .points()
            .filter(_contains_all(words, "text", "parent__text", "number"))
            .select_related("parent", "statement__event")[:RESULTS_PER_KIND]
        ),
        commitments=list(
            Commitment.objects.published()
            .filter(_contains_all(words, "text", "reference"))
            .select_related("event", "latest_update")
            .prefetch_related(parties_shown(on))
            .order_by("-event__starts_on", "pk")[:RESULTS_PER_KIND]
        ),
        organisations=list(
            Organisation.objects.published()
            .filter(_contains_all(words, "name", "short_name", "description"))
            .order_by("name")[:RESULTS_PER_KIND]
        ),
        people=visibility.make_cards(
            visibility.listed_delegates(viewer, on)
            .filter(_contains_all(words, "name", "name_latin", "post", "workplace_name"))
            .order_by("name", "pk")[:RESULTS_PER_KIND]
        ),
    )


def _contains_all(words: list[str], *fields: str) -> Q:
    condition = Q()
    for word in words:
        anywhere = Q()
        for field in fields:
            anywhere |= Q((f"{field}__icontains", word))
        condition &= anywhere
    return condition
