"""What someone types into the search box, as terms that the index and the pages look for."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby

from snowballstemmer.porter_stemmer import PorterStemmer

from outcomes.models.point_numbers import CODE, POINT
from roundtable.text.name_folding import normalise_for_search

MIN_PREFIX_LENGTH = 3  # letters before an asterisk
MIN_STEM_LENGTH = 3  # shorter words stay as they are
MAX_SYNONYM_WORDS = 4
TYPED = re.compile(rf'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"|{POINT}|{CODE}|(?P<word>\S+))')
JOINED_NUMBER = re.compile(r"(\d{1,4})([a-z]{1,2})", re.IGNORECASE)  # 1b
ASCII_WORD = re.compile(r"[A-Za-z0-9]+")
QUOTES = str.maketrans("“”„«»", '"""""')
# Both spellings are common: "formalise" and "formalize".
ISE = re.compile(r"^(\w{2,}?i)([sz])(e|ed|er|ers|es|ing|ation|ations)$")
# Thai, Lao, Myanmar, Khmer, and the scripts of China, Japan and Korea have no spaces between words.
WITHOUT_SPACES = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u2e80-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


def word_places(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of a text begin and end: letters, digits and the marks on them."""
    if text.isascii():  # a search splits the texts of thousands of people
        yield from (word.span() for word in ASCII_WORD.finditer(text))
        return
    place = 0
    for is_word, letters in groupby(text, _is_of_word):
        length = sum(1 for _letter in letters)
        if is_word and any(
            unicodedata.category(c)[0] in "LN" for c in text[place : place + length]
        ):
            yield place, place + length
        place += length


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"


def words_of(text: str) -> tuple[str, ...]:
    text = unicodedata.normalize("NFC", text)
    return tuple(text[start:end] for start, end in word_places(text))


def fold(word: str) -> str:
    """One word as the directory folds it, without anything but letters, digits and marks."""
    return "".join(filter(_is_of_word, normalise_for_search(word)))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Of a folded word, as the databases find it; other letters than a to z stay as they are."""
    if len(word) < MIN_STEM_LENGTH or not (word.isascii() and word.isalpha()):
        return word
    stemmed: str = PorterStemmer().stemWord(word)  # one of its own: it keeps the word in itself
    return stemmed


@dataclass(frozen=True)
class Term:
    """Words that follow each other. Of the last one, the beginning may be enough."""

    typed: tuple[str, ...]
    is_prefix: bool = False

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(map(fold, self.typed))

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return tuple(map(stem, self.words))


@dataclass(frozen=True)
class Query:
    """Of each group one term must be there, and none of the excluded ones.

    In the record, or in the demonstration.
    """

    sought: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[tuple[Term, ...], ...] = ()
    is_demonstration: bool = False


@dataclass(frozen=True)
class _Token:
    """A word, several words with hyphens, or a phrase in quotes."""

    term: Term
    is_excluded: bool
    is_phrase: bool
    start: int
    end: int

    @property
    def is_plain(self) -> bool:
        return not (self.is_excluded or self.is_phrase or self.term.is_prefix)


@dataclass(frozen=True)
class _Group:
    """One word, or several that have synonyms together, with all terms that mean the same."""

    tokens: tuple[_Token, ...]
    terms: tuple[Term, ...]

    @property
    def word(self) -> str:
        """The word, if there may be a mistake in it."""
        token = self.tokens[0]
        is_one = len(self.tokens) == 1 and token.is_plain and len(token.term.words) == 1
        return token.term.words[0] if is_one else ""


@dataclass(frozen=True)
class Search:
    """The typed text, and what it asks for."""

    text: str
    groups: tuple[_Group, ...]
    excluded: tuple[_Group, ...]
    is_demonstration: bool

    @property
    def query(self) -> Query:
        return Query(
            tuple(group.terms for group in self.groups),
            tuple(group.terms for group in self.excluded),
            self.is_demonstration,
        )

    @property
    def is_exclusion_only(self) -> bool:
        return bool(self.excluded) and not self.groups

    @property
    def short_prefix(self) -> str:
        """A word with an asterisk after too few letters."""
        for group in (*self.groups, *self.excluded):
            word = group.tokens[-1].term.words[-1]
            if group.tokens[-1].term.is_prefix and len(word) < MIN_PREFIX_LENGTH:
                return "" if WITHOUT_SPACES.search(word) else word
        return ""

    def corrected(self, words: dict[str, str]) -> str:
        """The text with other words in the place of these."""
        text = self.text
        for group in reversed(self.groups):
            if group.word in words:
                token = group.tokens[0]
                text = text[: token.start] + words[group.word] + text[token.end :]
        return text


class Thesaurus:
    """Lists of words or phrases that mean the same, found by their stems."""

    def __init__(self, lists: Iterable[Iterable[str]] = ()) -> None:
        self.terms: dict[tuple[str, ...], list[Term]] = {}
        for phrases in lists:
            terms = [Term(words) for phrase in phrases if (words := words_of(phrase))]
            for term in terms:
                known = self.terms.setdefault(term.stems, [])
                known += [other for other in terms if other not in known]

    def of(self, tokens: Sequence[_Token]) -> list[Term]:
        return self.terms.get(tuple(part for token in tokens for part in token.term.stems), [])


def parse(text: str, thesaurus: Thesaurus, is_demonstration: bool = False) -> Search:
    text = unicodedata.normalize("NFC", text.translate(QUOTES))
    tokens = list(_tokens(text))
    groups, wanted = [], [token for token in tokens if not token.is_excluded]
    while wanted:
        group = _first_group(wanted, thesaurus)
        groups.append(group)
        del wanted[: len(group.tokens)]
    excluded = [_first_group([token], thesaurus) for token in tokens if token.is_excluded]
    return Search(text, tuple(groups), tuple(excluded), is_demonstration)


def _tokens(text: str) -> Iterator[_Token]:
    known = set()
    for found in TYPED.finditer(text):
        phrase, word = found["phrase"], found["point"] or found["code"] or found["word"] or ""
        words = words_of(word if phrase is None else phrase)
        has_asterisk = phrase is None and word.endswith("*")
        is_prefix = has_asterisk or bool(words and WITHOUT_SPACES.search(words[-1]))
        token = (words, is_prefix, bool(found["minus"]), phrase is not None)
        if words and token not in known:
            known.add(token)
            yield _Token(Term(words, is_prefix), *token[2:], found.start(), found.end())


def _first_group(tokens: Sequence[_Token], thesaurus: Thesaurus) -> _Group:
    """The first token, or as many as have synonyms together."""
    for number in range(min(MAX_SYNONYM_WORDS, len(tokens)), 1, -1):
        several = tuple(tokens[:number])
        if all(token.is_plain for token in several) and (terms := thesaurus.of(several)):
            return _Group(several, tuple(terms))
    token = tokens[0]
    terms = [token.term]
    if not token.is_phrase and not token.term.is_prefix:
        if len(token.term.words) > 1:  # co-ordination
            terms.append(Term(("".join(token.term.typed),)))
        elif joined := JOINED_NUMBER.fullmatch(token.term.typed[0]):
            terms.append(Term(joined.groups()))
        elif other := _other_spelling(token.term.words[0]):
            terms.append(Term((other,)))
        terms += [term for term in thesaurus.of([token]) if term not in terms]
    return _Group((token,), tuple(terms))


def _other_spelling(word: str) -> str:
    found = ISE.match(word)
    return f"{found[1]}{'z' if found[2] == 's' else 's'}{found[3]}" if found else ""


def neighbours(word: str) -> list[str]:
    """Words of which one letter is another, missing, doubled, too many, or in another place."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    found = {word[:i] + word[i + 1 :] for i in range(len(word))}
    found |= {word[:i] + c + word[i + 1 :] for i in range(len(word)) for c in letters}
    found |= {word[:i] + c + word[i:] for i in range(len(word) + 1) for c in letters}
    found |= {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    # "refferal": where a letter is doubled is the commonest mistake of all.
    single = re.sub(r"(.)\1", r"\1", word)
    found |= {single} | {single[:i] + single[i] + single[i:] for i in range(len(single))}
    return sorted(found - {word})
