"""People among the results: those whom the viewer may see, by what the viewer may read of them."""

from datetime import date

from django.db.models import QuerySet

from outcomes.search.words import Search
from participants.models import Delegate
from participants.name_folding import contains_all, normalise_for_search
from participants.privacy import visibility

OWN_TEXTS = ("name", "name_latin", "post", "about")
PLACE_TEXTS = ("organisation__name", "organisation__short_name", "post")


def find_people(
    search: Search, viewer: visibility.Viewer, on: date
) -> tuple[QuerySet[Delegate], int]:
    """By name, post, organisations and what they wrote of themselves; and how many there are.

    Words are folded as in the directory. People are in no index: the one door decides about them.
    """
    people = visibility.listed_delegates(viewer, on)
    texts = {pk: list(own) for pk, *own in people.values_list("pk", *OWN_TEXTS)}
    places = visibility.current_affiliations(on).filter(delegate__in=people.values("pk"))
    for pk, *place in places.values_list("delegate", *PLACE_TEXTS):
        texts[pk] += place
    found = [pk for pk, own in texts.items() if _matches(search, own)]
    return people.filter(pk__in=found).order_by("name", "pk"), len(found)


def _matches(search: Search, texts: list[str]) -> bool:
    if not contains_all(search.phrases, *texts):
        return False
    excluded = search.excluded_phrases
    return not excluded or not any(
        phrase in normalise_for_search(text) for phrase in excluded for text in texts
    )
