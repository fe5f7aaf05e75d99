"""The record and the demonstration, which are never shown or counted together."""

from typing import Any

from django import forms
from django.db.models import Value
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from participants.models import Organisation, SlugRedirect
from roundtable.cache.values import get_or_set, pinned
from roundtable.filters.query_forms import QueryForm
from roundtable.models import Event

QUERY = "?demonstration=yes"


class ScopeForm(QueryForm):
    """Finds rows of the record, or of the demonstration if the address asks for it.

    An address that names something made up asks for the demonstration, too.
    """

    scope_fields = ("demonstration",)

    demonstration = forms.ChoiceField(
        label=_("“yes” for the demonstration"),
        required=False,
        choices=[("", _("The record")), ("yes", _("What is made up"))],
        widget=forms.HiddenInput,
    )

    def __init__(self, data: Any, *others: Any) -> None:
        super().__init__(data, *others)
        if "demonstration" not in self.data and self._names_made_up():
            asked = data.copy()
            asked["demonstration"] = "yes"
            self.data = asked

    def _names_made_up(self) -> bool:
        events = [*self.values_of("event"), *(w.split("/")[0] for w in self.values_of("point"))]
        fields = ("party", "addressee", "organisation")
        organisations = [slug for name in fields for slug in self.values_of(name)]
        if not events and not organisations:
            return False
        known = self._made_up
        return not (
            known["event"].isdisjoint(events) and known["organisation"].isdisjoint(organisations)
        )

    @cached_property
    def _made_up(self) -> dict[str, frozenset[str]]:
        """Names of what everyone may see; the rest is as unknown as what does not exist."""
        return get_or_set("made-up names", _read_made_up_names, pinned)

    @property
    def is_demonstration(self) -> bool:
        return self.data.get("demonstration") == "yes"

    @property
    def has_demonstration(self) -> bool:
        """Whether there is one that everyone may see."""
        return bool(self._made_up["event"])

    @property
    def scope_query(self) -> str:
        """The query string of other pages about the same."""
        return QUERY if self.is_demonstration else ""


def scope_of_page(request: HttpRequest) -> ScopeForm:
    """Of a page that ignores other parameters."""
    is_demonstration = request.GET.get("demonstration") == "yes"
    return ScopeForm({"demonstration": "yes"} if is_demonstration else {})


def _read_made_up_names() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {"event": set(), "organisation": set()}
    events = Event.objects.published().filter(is_demonstration=True).order_by()
    organisations = Organisation.objects.published().filter(is_demonstration=True).order_by()
    former = SlugRedirect.objects.filter(organisation__in=organisations).order_by()
    of_organisation = Value("organisation")
    for kind, slug in events.values_list(Value("event"), "slug").union(
        organisations.values_list(of_organisation, "slug"),
        former.values_list(of_organisation, "slug"),
        all=True,
    ):
        found[kind].add(slug)
    return {kind: frozenset(slugs) for kind, slugs in found.items()}
