"""People among the results: those whom the viewer may see, by what the viewer may read of them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from outcomes.search.stems import stem
from outcomes.search.words import Search, Term, words_of
from participants.models import Delegate
from participants.name_folding import normalise_for_search
from participants.privacy import visibility

OWN_TEXTS = ("name", "name_latin", "post", "about")
PLACE_TEXTS = ("organisation__name", "organisation__short_name", "post")


def find_people(
    search: Search, viewer: visibility.Viewer, on: date
) -> tuple[QuerySet[Delegate], int]:
    """By name, post, organisations and what they wrote of themselves; and how many there are.

    Parts of words are found as in the directory, and other forms of words as in the index. People
    are in no index: the one door decides about them.
    """
    people = visibility.listed_delegates(viewer, on)
    texts = {pk: list(own) for pk, *own in people.values_list("pk", *OWN_TEXTS)}
    places = visibility.current_affiliations(on).filter(delegate__in=people.values("pk"))
    for pk, *place in places.values_list("delegate", *PLACE_TEXTS):
        texts[pk] += place
    found = [pk for pk, own in texts.items() if _matches(search, own)]
    return people.filter(pk__in=found).order_by("name", "pk"), len(found)


def _matches(search: Search, texts: list[str]) -> bool:
    folded = [normalise_for_search(text) for text in texts]
    return all(_has_any(terms, folded) for terms in search.query.sought) and not any(
        _has_any(terms, folded) for terms in search.query.excluded
    )


def _has_any(terms: Iterable[Term], texts: list[str]) -> bool:
    return any(_has(term, text) for term in terms for text in texts)


def _has(term: Term, text: str) -> bool:
    if " ".join(term.words) in text:
        return True
    # A word begins with its stem, save for the last letter. To split a text takes longer.
    if not all((part[:-1] if len(part) > 2 else part) in text for part in term.stems):
        return False
    stems, number = [stem(word) for word in words_of(text)], len(term.stems)
    return any(tuple(stems[place : place + number]) == term.stems for place in range(len(stems)))
