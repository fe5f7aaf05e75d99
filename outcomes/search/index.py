"""The search index: how it is made, moved and asked, on SQLite and on PostgreSQL.

Triggers of the database move it in the transaction of each change, so bulk writes, imports and
redactions move it too. Only what everyone may read is in it, so a count or an order tells nothing
about other rows.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django_countries import countries

from outcomes.search.kinds import KINDS, SECTIONS, CountryName, Kind, Section, kinds_of
from outcomes.search.words import Query, Term
from roundtable.database.row_triggers import inlined, row_triggers
from roundtable.database.schema import fault
from roundtable.database.triggers import (
    TRUNCATE,
    Trigger,
    fingerprint,
    is_installed,
    make_table,
    remove,
    replace,
)
from roundtable.history import redaction

NAME = "outcomes_search"  # of the table, and of the set of triggers
MAX_COUNT = 1000  # of a section; more are neither counted nor sorted by how well they match
FEW_ROWS = 10  # more are written with a plan of their own, on PostgreSQL
MAX_FREQUENCY = 50  # up to here it is counted how often a word occurs that may be meant
# Letters that no database splits into a letter and an accent, as in name_folding.py.
LETTERS = (
    *zip("đðøłıĐÐØŁİ", "ddoliDDOLI", strict=True),
    *(("æ", "ae"), ("œ", "oe"), ("Æ", "AE"), ("Œ", "OE")),
)
SEARCHED = ("found_reference", "found_title", "found_body", "found_around")


@dataclass(frozen=True)
class SectionCount:
    """How many rows match, at most MAX_COUNT + 1, and whether one of them by its reference."""

    section: Section
    number: int
    is_reference: bool

    @property
    def is_more(self) -> bool:
        return self.number > MAX_COUNT

    @property
    def shown(self) -> int:
        """How many of them can be read."""
        return min(self.number, MAX_COUNT)


class Index(ABC):
    """The index in one kind of database."""

    def __init__(self, alias: str) -> None:
        self.alias = alias

    @abstractmethod
    def tables(self) -> list[str]:
        """Statements that make the index anew, empty."""

    @abstractmethod
    def view(self, kind: Kind) -> str:
        """A query for what belongs in the index, with the id of each row as `found_id`."""

    @abstractmethod
    def insertion(self, kind: Kind) -> str:
        """A statement that inserts all rows of the kind's view; a condition may follow."""

    @abstractmethod
    def replacement(self, kind: Kind, ids: str) -> tuple[str, ...]:
        """Statements of a trigger that write the rows anew whose ids a query finds."""

    @abstractmethod
    def matching(
        self, query: Query, section: Section, *, by_reference: bool = False
    ) -> tuple[str, list[Any]]:
        """FROM and WHERE for the rows of a section that match, and the parameters."""

    def _outside(self, query: Query, kinds: Iterable[Kind]) -> Iterator[tuple[Kind, str]]:
        """A query for the ids of what the search is not about, for each kind."""
        for kind in kinds:
            yield kind, _rows_outside(kind.number, query.is_demonstration, self.alias)

    def count(self, query: Query) -> list[SectionCount]:
        parts: list[str] = []
        parameters: list[Any] = []
        for section in SECTIONS:
            rows, values = self.matching(query, section)
            by_reference, reference_values = self.matching(query, section, by_reference=True)
            number = f"(SELECT count(*) FROM (SELECT 1 {rows} LIMIT {MAX_COUNT + 1}) AS found)"
            # What more rows have refers to none of them.
            is_looked_for = f"number BETWEEN 1 AND {MAX_COUNT}"
            is_reference = f"CASE WHEN {is_looked_for} THEN EXISTS (SELECT 1 {by_reference}) END"
            parts.append(
                f"SELECT {len(parts)}, number, {is_reference} "
                f"FROM (SELECT {number} AS number) AS counted"
            )
            parameters += [*reference_values, *values]
        return [
            SectionCount(SECTIONS[place], number, bool(is_reference))
            for place, number, is_reference in sorted(
                self._rows(" UNION ALL ".join(parts), parameters)
            )
        ]

    def find(
        self, query: Query, counts: Sequence[SectionCount], first: int, number: int
    ) -> list[tuple[Kind, int]]:
        """So many rows of each section from its `first` one, in one query.

        The best first; where there are more than MAX_COUNT, the newest first.
        """
        parts: list[str] = []
        parameters: list[Any] = []
        for count in counts:
            part, values = self.selection(query, count)
            parts.append(f"SELECT * FROM ({part} LIMIT %s OFFSET %s) AS part_{len(parts)}")
            parameters += [*values, number, first]
        rows = self._rows(" UNION ALL ".join(parts), parameters) if parts else []
        by_number = {kind.number: kind for kind in KINDS}
        # No database promises the order of several parts.
        ordered = sorted(rows, key=lambda row: (-row[2], -row[0], -row[1]))
        return [(by_number[kind], pk) for kind, pk, _rank in ordered]

    @abstractmethod
    def selection(self, query: Query, count: SectionCount) -> tuple[str, list[Any]]:
        """A query for the kind, id and rank of a section's rows, in order, and its parameters."""

    @abstractmethod
    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """In how many rows a word occurs that occurs anywhere, up to MAX_FREQUENCY."""

    def triggers(self) -> list[Trigger]:
        return [
            trigger
            for kind in KINDS
            for trigger in row_triggers(
                f"{NAME}__{kind.number}",
                kind.touches,
                partial(self.replacement, kind),
                self.alias,
            )
        ]

    def views(self) -> dict[str, str]:
        """Their queries, by name."""
        return {_view(kind): self.view(kind) for kind in KINDS}

    def fingerprint(self, triggers: Sequence[Trigger]) -> str:
        statements = [sql for row in triggers for sql in row.sql(connections[self.alias].vendor)]
        views = self.views().values()
        return fingerprint([*self.tables(), *views, *statements, repr(_country_names())])

    def _rows(self, sql: str, parameters: Iterable[Any]) -> list[Any]:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(sql, list(parameters))
            rows: list[Any] = cursor.fetchall()
        return rows


class SqliteIndex(Index):
    """A table of FTS5. The number of a row contains its kind, so each kind is a range of rows."""

    KIND = 2**40
    # Weights of the columns. One reference outweighs any number of other words.
    RANK = f"bm25({NAME}, 1000.0, 5.0, 2.0, 0.5)"

    def tables(self) -> list[str]:
        return [
            f"DROP TABLE IF EXISTS {NAME}",
            f"CREATE VIRTUAL TABLE {NAME} USING fts5("
            "reference, title, body, around, "
            "tokenize = 'porter unicode61 remove_diacritics 2', prefix = '3')",
        ]

    def view(self, kind: Kind) -> str:
        columns = dict(zip(SEARCHED, SEARCHED, strict=True))
        for letter, plain in LETTERS:
            columns = {
                name: f"replace({text}, '{letter}', '{plain}')" for name, text in columns.items()
            }
        texts = ", ".join(f"{text} AS {name}" for name, text in columns.items())
        return f"SELECT found_id, {texts} FROM ({inlined(kind.query(), self.alias)})"

    def insertion(self, kind: Kind) -> str:
        return (
            f"INSERT INTO {NAME} (rowid, reference, title, body, around) "
            f"SELECT {kind.number * self.KIND} + found_id, {', '.join(SEARCHED)} FROM {_view(kind)}"
        )

    def replacement(self, kind: Kind, ids: str) -> tuple[str, ...]:
        first = kind.number * self.KIND
        return (
            f"DELETE FROM {NAME} WHERE rowid IN (SELECT {first} + found_id FROM ({ids}))",
            f"{self.insertion(kind)} WHERE found_id IN ({ids})",
        )

    def matching(
        self, query: Query, section: Section, *, by_reference: bool = False
    ) -> tuple[str, list[Any]]:
        kinds = kinds_of(section)
        ends = kinds[0].number * self.KIND, (kinds[-1].number + 1) * self.KIND
        sought = self._match(query, "reference" if by_reference else "")
        outside = " UNION ALL ".join(
            f"SELECT {kind.number * self.KIND} + found_id FROM ({rows})"
            for kind, rows in self._outside(query, kinds)
        )
        rows = (
            f"FROM {NAME} WHERE {NAME} MATCH %s AND rowid >= %s AND rowid < %s "
            f"AND rowid NOT IN ({outside})"
        )
        return rows, [sought, *ends]

    def selection(self, query: Query, count: SectionCount) -> tuple[str, list[Any]]:
        rank = "0" if count.is_more else f"-{self.RANK}"
        rows, values = self.matching(query, count.section)
        return (
            f"SELECT rowid / {self.KIND} AS kind, rowid %% {self.KIND} AS row_id, {rank} AS rank "
            f"{rows} ORDER BY {'' if count.is_more else f'{self.RANK}, '}rowid DESC",
            values,
        )

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        if not words:
            return {}
        rows = self._rows(
            f"SELECT word, (SELECT count(*) FROM (SELECT 1 FROM {NAME} WHERE {NAME} MATCH word "
            f"LIMIT {MAX_FREQUENCY})) FROM (SELECT column1 AS word FROM "
            f"(VALUES {', '.join(['(%s)'] * len(words))}))",
            [f'"{word}"' for word in words],
        )
        return {word.strip('"'): number for word, number in rows if number}

    @staticmethod
    def _match(query: Query, column: str = "") -> str:
        def either(terms: Sequence[Term]) -> str:
            found = [f'"{" ".join(term.typed)}"{"*" if term.is_prefix else ""}' for term in terms]
            return f"({' OR '.join(found)})"

        sought = " AND ".join(either(group) for group in query.sought)
        if column:
            sought = f"{column} : ({sought})"
        excluded = [f"NOT {either(group)}" for group in query.excluded]
        return " ".join([f"({sought})", *excluded])


class PostgresIndex(Index):
    """A table with a tsvector for each row, and a text search configuration without stop words."""

    # Of the words around, the body, the title and the reference.
    WEIGHTS = "{0.02, 0.1, 0.3, 1.0}"
    # To the parser of PostgreSQL, "and/or" is a path, and an address of a page is one word.
    PUNCTUATION = (
        r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+"
    )

    def tables(self) -> list[str]:
        configuration = f"TEXT SEARCH CONFIGURATION {NAME}"
        folded = "regexp_replace(normalize($1, NFKD), '[\\u0300-\\u036f]+', '', 'g')"
        for letter, plain in LETTERS:
            folded = f"replace({folded}, '{letter}', '{plain}')"
        return [
            f"DROP TABLE IF EXISTS {NAME}",
            f"DROP {configuration.replace('CONFIGURATION', 'CONFIGURATION IF EXISTS')}",
            f"DROP TEXT SEARCH DICTIONARY IF EXISTS {NAME}",
            f"DROP FUNCTION IF EXISTS {NAME}_fold(text)",
            f"CREATE FUNCTION {NAME}_fold(text) RETURNS text LANGUAGE sql IMMUTABLE AS $body$ "
            f"SELECT regexp_replace(lower({folded}), '{self.PUNCTUATION}', ' ', 'g') $body$",
            f"CREATE TEXT SEARCH DICTIONARY {NAME} (TEMPLATE = snowball, LANGUAGE = porter)",
            f"CREATE {configuration} (COPY = simple)",
            f"ALTER {configuration} ALTER MAPPING FOR asciiword, word WITH {NAME}",
            f"CREATE TABLE {NAME} (kind smallint NOT NULL, row_id bigint NOT NULL, "
            "vector tsvector NOT NULL, PRIMARY KEY (kind, row_id))",
            f"CREATE INDEX {NAME}_vector ON {NAME} USING gin (vector)",
            *self._functions(),
        ]

    def view(self, kind: Kind) -> str:
        vectors = [
            f"setweight(to_tsvector('{NAME}', {NAME}_fold({column})), '{weight}')"
            for column, weight in zip(SEARCHED, "ABCD", strict=True)
        ]
        found = inlined(kind.query(), self.alias)
        return f"SELECT found_id, {' || '.join(vectors)} AS vector FROM ({found}) AS found"

    def insertion(self, kind: Kind) -> str:
        return (
            f"INSERT INTO {NAME} (kind, row_id, vector) "
            f"SELECT {kind.number}, found_id, vector FROM {_view(kind)}"
        )

    def replacement(self, kind: Kind, ids: str) -> tuple[str, ...]:
        return (f"PERFORM {_function(kind)}(ARRAY({ids}))",)

    def _functions(self) -> Iterator[str]:
        """For each kind one that writes rows anew.

        A session keeps the plan of a function from when the tables were nearly empty, also while it
        imports a large file. So many rows are planned each time; for a few, that takes longer than
        to write them. A table that the database counted while it was empty can have many rows, too.
        So neither a table nor an index is read as a whole, which would be done once for each row:
        a bitmap scan, the only one that is left on, looks for values in an index.
        """
        for kind in KINDS:
            deletion = f"DELETE FROM {NAME} WHERE kind = {kind.number} AND row_id = ANY (ids)"
            # Someone else may have inserted a row since.
            insertion = (
                f"{self.insertion(kind)} WHERE found_id = ANY (ids) "
                "ON CONFLICT (kind, row_id) DO UPDATE SET vector = excluded.vector"
            )
            planned_anew = insertion.replace("ANY (ids)", "ANY ($1)")
            yield f"DROP FUNCTION IF EXISTS {_function(kind)}(bigint[])"
            yield (
                f"CREATE FUNCTION {_function(kind)}(ids bigint[]) RETURNS void LANGUAGE plpgsql "
                "SET enable_seqscan = off SET enable_indexscan = off "
                "SET enable_indexonlyscan = off AS $body$ BEGIN "
                f"IF cardinality(ids) = 0 THEN RETURN; END IF; {deletion}; "
                f"IF cardinality(ids) <= {FEW_ROWS} THEN {insertion}; "
                f"ELSE EXECUTE $sql${planned_anew}$sql$ USING ids; END IF; "
                "END $body$"
            )

    def triggers(self) -> list[Trigger]:
        """Also for tables that are emptied at once, as the tests do."""
        emptied = [
            Trigger(
                name=f"{NAME}__{kind.number}_truncate",
                table=kind.rows.model._meta.db_table,
                event=TRUNCATE,
                statements=(f"DELETE FROM {NAME} WHERE kind = {kind.number}",),
            )
            for kind in KINDS
        ]
        return super().triggers() + emptied

    def matching(
        self, query: Query, section: Section, *, by_reference: bool = False
    ) -> tuple[str, list[Any]]:
        kinds = kinds_of(section)
        sought = self._match(query, "A" if by_reference else "")
        # Written into the query, so that the planner knows how common the words are.
        outside = " UNION ALL ".join(
            f"SELECT {kind.number}::smallint, found_id FROM ({rows}) AS outside"
            for kind, rows in self._outside(query, kinds)
        )
        rows = (
            f"FROM {NAME} WHERE vector @@ to_tsquery('{NAME}', %s) AND kind BETWEEN %s AND %s "
            f"AND (kind, row_id) NOT IN ({outside})"
        )
        return rows, [sought, kinds[0].number, kinds[-1].number]

    def selection(self, query: Query, count: SectionCount) -> tuple[str, list[Any]]:
        rows, values = self.matching(query, count.section)
        order = "kind DESC, row_id DESC"
        if count.is_more:
            return f"SELECT kind, row_id, 0 AS rank {rows} ORDER BY {order}", values
        rank = f"ts_rank('{self.WEIGHTS}', vector, to_tsquery('{NAME}', %s))"
        return (
            f"SELECT kind, row_id, {rank} AS rank {rows} ORDER BY rank DESC, {order}",
            [self._match(query), *values],
        )

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        if not words:
            return {}
        with transaction.atomic(using=self.alias):
            # It does not know how rare the words are, and could read the whole table for each.
            self._execute("SET LOCAL enable_seqscan = off")
            rows = self._rows(
                f"SELECT word, (SELECT count(*) FROM (SELECT 1 FROM {NAME} "
                f"WHERE vector @@ to_tsquery('{NAME}', quote_literal(word)) "
                f"LIMIT {MAX_FREQUENCY}) AS found) FROM unnest(%s::text[]) AS word",
                [list(words)],
            )
            self._execute("SET LOCAL enable_seqscan = on")
        return {word: number for word, number in rows if number}

    def _execute(self, sql: str) -> None:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(sql)

    @staticmethod
    def _match(query: Query, weight: str = "") -> str:
        def either(terms: Sequence[Term], weight: str) -> str:
            found = []
            for term in terms:
                marks = [weight] * len(term.words)
                marks[-1] += "*" if term.is_prefix else ""
                words = [
                    f"'{word}'{f':{mark}' if mark else ''}"
                    for word, mark in zip(term.words, marks, strict=True)
                ]
                found.append(f"({' <-> '.join(words)})")
            return f"({' | '.join(found)})"

        sought = [either(group, weight) for group in query.sought]
        return " & ".join([*sought, *(f"!{either(group, '')}" for group in query.excluded)])


@cache  # nothing in it changes while the portal runs
def _plan(index: Index) -> tuple[list[Trigger], str]:
    """The triggers and the hash of the whole definition."""
    triggers = index.triggers()
    return triggers, index.fingerprint(triggers)


@cache
def _rows_outside(number: int, is_demonstration: bool, alias: str) -> str:
    (kind,) = (kind for kind in KINDS if kind.number == number)
    return inlined(kind.outside(is_demonstration), alias)


@cache
def get_index(alias: str = DEFAULT_DB_ALIAS) -> Index:
    is_sqlite = connections[alias].vendor == "sqlite"
    return SqliteIndex(alias) if is_sqlite else PostgresIndex(alias)


def install(using: str, **_of_migrate: Any) -> None:
    """After `migrate`: makes the index and fills it, unless it is there."""
    index, connection = get_index(using), connections[using]
    triggers, sha256 = _plan(index)
    if is_installed(NAME, triggers, sha256, using) or fault(using):
        return
    make_table(using)
    if CountryName._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(CountryName)
    with transaction.atomic(using=using):
        uninstall(using)
        names = CountryName._base_manager.using(using)
        names.all().delete()
        names.bulk_create(CountryName(code=code, name=name) for code, name in _country_names())
        views = [f"CREATE VIEW {name} AS {query}" for name, query in index.views().items()]
        filling = [index.insertion(kind) for kind in KINDS]
        with connection.cursor() as cursor:
            for statement in [*index.tables(), *views, *filling]:
                cursor.execute(statement)
        replace(NAME, triggers, sha256, using)


def uninstall(using: str, plan: Sequence[Any] | None = None, **_of_migrate: Any) -> None:
    """Before `migrate` changes tables. What it moves there would not be in the index."""
    if plan == []:
        return
    remove(NAME, using)
    with connections[using].cursor() as cursor:
        for kind in KINDS:
            cursor.execute(f"DROP VIEW IF EXISTS {_view(kind)}")


def overwrite_deleted_words(alias: str = DEFAULT_DB_ALIAS) -> None:
    """FTS5 marks words as deleted, and keeps them until it writes its table again.

    To overwrite them at each deletion would take a second for a roundtable that is hidden.
    """
    if connections[alias].vendor == "sqlite" and is_index_installed(alias):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"INSERT INTO {NAME} ({NAME}) VALUES ('optimize')")


redaction.copies.append(overwrite_deleted_words)


def is_index_installed(alias: str = DEFAULT_DB_ALIAS) -> bool:
    triggers, sha256 = _plan(get_index(alias))
    return is_installed(NAME, triggers, sha256, alias)


def _country_names() -> list[tuple[str, str]]:
    return sorted((code, str(name)) for code, name in countries.countries.items())


def _view(kind: Kind) -> str:
    return f"{NAME}_{kind.name.replace(' ', '_')}"


def _function(kind: Kind) -> str:
    return f"{_view(kind)}_write"
