"""Words in points, commitments, organisations, and people whom the viewer may see."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models import Commitment, Outcome
from participants.models import Organisation
from participants.privacy import visibility
from roundtable.query_forms import QueryForm

RESULTS_PER_KIND = 20  # of each sort
MAX_WORDS = 8


class SearchForm(QueryForm):
    """The words that somebody looks for."""

    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def clean_q(self) -> list[str]:
        """The words, each once.

        Raises ValidationError where there are too many.
        """
        words = list(dict.fromkeys(self.cleaned_data["q"].split()))
        if len(words) > MAX_WORDS:
            raise forms.ValidationError(
                _("Search for at most %(most)s words at a time."), params={"most": MAX_WORDS}
            )
        return words


@dataclass(frozen=True)
class SearchResults:
    """What matches every word, the first of each sort."""

    outcomes: list[Outcome]
    commitments: list[Commitment]
    organisations: list[Organisation]
    people: list[visibility.Card]

    @property
    def is_empty(self) -> bool:
        """Whether nothing matches."""
        return not (self.outcomes or self.commitments or self.organisations or self.people)


def search(words: list[str], viewer: visibility.Viewer, on: date) -> SearchResults:
    """What contains every one of the words, as far as the viewer may see it; five queries."""
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
