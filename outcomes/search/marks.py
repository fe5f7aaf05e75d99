"""Where in a text the words are that were searched for."""

import re
from collections.abc import Iterator

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from outcomes.search.words import Query, Term, fold, stem, word_places

MAX_LENGTH = 300  # characters of a sentence that is shown
BEFORE = 120  # characters before the first match, if the sentence is longer
SENTENCE = re.compile(r"[^.!?;\n]*(?:[.!?;](?!\s)[^.!?;\n]*)*[.!?;\n]*\s*")


class Marker:
    """Marks the words of a query."""

    def __init__(self, query: Query) -> None:
        self.terms = [term for group in query.sought for term in group]
        # For the addresses of lists, of which the demonstration has its own.
        self.scope = "&demonstration=yes" if query.is_demonstration else ""

    def mark(self, text: str) -> SafeString:
        """The whole text."""
        return self._marked(text, 0, len(text))

    def excerpt(self, text: str) -> SafeString:
        """The sentence with the first match, or the beginning of the text."""
        found = next(self._places(text), None)
        start, end = _sentence_around(text, found[0] if found else 0)
        if end - start > MAX_LENGTH:
            if found and found[1] - start > MAX_LENGTH:
                start = _between_words(text, max(start, found[0] - BEFORE))
            end = _between_words(text, min(end, start + MAX_LENGTH))
        before = "… " if text[:start].strip() else ""
        after = " …" if text[end:].strip() else ""
        return format_html("{}{}{}", before, self._marked(text, start, end), after)

    def is_in(self, text: str) -> bool:
        return next(self._places(text), None) is not None

    def covers(self, query: Query, text: str) -> bool:
        """Whether something of each group is in the text."""
        return all(any(True for _place in _find(text, group)) for group in query.sought)

    def _marked(self, text: str, start: int, end: int) -> SafeString:
        parts, place = [], start
        for first, last in self._places(text):
            if place <= first and last <= end:
                parts += [escape(text[place:first]), f"<mark>{escape(text[first:last])}</mark>"]
                place = last
        parts.append(escape(text[place:end]))
        return mark_safe("".join(parts).strip())

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        return _find(text, self.terms)


def _find(text: str, terms: "list[Term] | tuple[Term, ...]") -> Iterator[tuple[int, int]]:
    """Where the terms begin and end, in the order of the text."""
    places = list(word_places(text))
    words = [fold(text[start:end]) for start, end in places]
    stems = [stem(word) for word in words]
    for number, (start, _end) in enumerate(places):
        lengths = [len(term.words) for term in terms if _begins(term, words, stems, number)]
        if lengths:
            yield start, places[number + max(lengths) - 1][1]


def _begins(term: Term, words: list[str], stems: list[str], number: int) -> bool:
    length = len(term.stems)
    if not term.is_prefix:
        return tuple(stems[number : number + length]) == term.stems
    last = number + length - 1
    return (
        last < len(words)
        and tuple(stems[number:last]) == term.stems[:-1]
        and (words[last].startswith(term.words[-1]) or stems[last].startswith(term.stems[-1]))
    )


def _sentence_around(text: str, place: int) -> tuple[int, int]:
    for found in SENTENCE.finditer(text):
        if found.end() > place:
            return found.start(), found.end()
    return 0, len(text)


def _between_words(text: str, place: int) -> int:
    """The nearest place from there back that is not inside a word."""
    if place <= 0 or place >= len(text):
        return place
    space = text.rfind(" ", max(0, place - 40), place)
    return space + 1 if space >= 0 else place
