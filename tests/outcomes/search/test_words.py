"""Typed words, their stems and the places where they are marked."""

import pytest
from django.db import connection

from outcomes.search.marks import Marker
from outcomes.search.words import Thesaurus, neighbours, parse, stem

THESAURUS = Thesaurus(
    [["SOP", "standard operating procedure"], ["hotline", "telephone line"], ["labour", "labor"]]
)
WORDS = """
    referral referrals referred train trained training trainings contract contracts coordination
    coordinate mechanisms exploitation exploited trafficking traffickers formalising formalised
    policies agencies societies generalizations oscillators happy sky relational conditional
    caresses ponies agreed plastered sized hopping tanned falling hissing fizzed failing filing
    electricity revival adjustment adoption probate controlling roll the migrants 2018
    c10
""".split()  # noqa: SIM905


def terms(text: str) -> list[list[str]]:
    groups = parse(text, THESAURUS).query.sought
    return [
        [" ".join(term.words) + ("*" if term.is_prefix else "") for term in group]
        for group in groups
    ]


@pytest.mark.parametrize(
    ("typed", "sought"),
    [
        ("referral  Pathways", [["referral"], ["pathways"]]),
        ("SOPs", [["sops", "sop", "standard operating procedure"]]),
        ("standard operating procedures", [["sop", "standard operating procedure"]]),
        ("telephone  line open", [["hotline", "telephone line"], ["open"]]),
        ("co-ordination", [["co ordination", "coordination"]]),
        ("formalise", [["formalise", "formalize"]]),
        ("Organizations", [["organizations", "organisations"]]),
        ("wise rise", [["wise"], ["rise"]]),
        ('"human trafficking" law', [["human trafficking"], ["law"]]),
        ("“human trafficking”", [["human trafficking"]]),
        ('"labour"', [["labour"]]),
        ('"human trafficking', [["human"], ["trafficking"]]),
        ("migrant*", [["migrant*"]]),
        ("1.a", [["1 a", "1a"]]),
        ("1a", [["1a", "1 a"]]),
        ("Point 3 a", [["3 a", "3a"]]),
        ("para. 3(a) law", [["3 a", "3a"], ["law"]]),
        ("point 3 of view", [["3"], ["of"], ["view"]]),
        ("BP2018/1.b", [["bp2018"], ["1 b", "1b"]]),
        ("bp2018/1b x", [["bp2018"], ["1b", "1 b"], ["x"]]),
        ("A/61", [["a 61", "a61"]]),
        ("BP2018-C1", [["bp2018 c1", "bp2018c1"]]),
        ("Nguyễn Ølvögel", [["nguyen"], ["olvogel"]]),
        ("and/or", [["and or", "andor"]]),
        ("yaks yaks YAKS", [["yaks"], ["yaks"]]),
        ("ประเทศ", [["ประเทศ*"]]),
        ("% _ \\ ' ) ( & | ! : *", []),
        ('- -- "" \'', []),
    ],
)
def test_words_become_terms(typed: str, sought: list[list[str]]) -> None:
    assert terms(typed) == sought


def test_excluded_words_are_kept_apart() -> None:
    search = parse('referral -contract -"human rights"', THESAURUS)
    assert [terms[0].words for terms in search.query.sought] == [("referral",)]
    excluded = [terms[0].words for terms in search.query.excluded]
    assert excluded == [("contract",), ("human", "rights")] and not search.is_exclusion_only
    assert parse("-contract", THESAURUS).is_exclusion_only


@pytest.mark.parametrize(
    ("typed", "short"), [("ab*", "ab"), ("-a*", "a"), ("abc*", ""), ("ก*", "")]
)
def test_short_prefix(typed: str, short: str) -> None:
    assert parse(typed, THESAURUS).short_prefix == short


def test_near_words() -> None:
    assert "referral" in neighbours("refferal") and "trafficking" in neighbours("trafficing")
    assert "labour" in neighbours("laboru") and "sea" in neighbours("seaa")
    assert "referral" not in neighbours("refrel") and "sea" not in neighbours("sea")


def test_other_word_takes_the_place_of_a_mistake() -> None:
    search = parse("the refferal, now", THESAURUS)
    assert search.corrected({"refferal": "referral"}) == "the referral now"


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("referral", "Test <b>Referrals</b>!", "Test &lt;b&gt;<mark>Referrals</mark>&lt;/b&gt;!"),
        ("labor", "forced labour", "forced <mark>labour</mark>"),
        ("sop", "a standard operating procedure", "a <mark>standard operating procedure</mark>"),
        ('"b c"', "a b, c b a c", "a <mark>b, c</mark> b a c"),
        ("migr*", "Migrants emigrate", "<mark>Migrants</mark> emigrate"),
        ("nguyen", "Nguyễn Văn", "<mark>Nguyễn</mark> Văn"),
        ("BP2018-C1", "BP2018-C1, BP2018-C10", "<mark>BP2018-C1</mark>, BP2018-C10"),
        ("yak", "no match", "no match"),
    ],
)
def test_matches_are_marked(typed: str, text: str, marked: str) -> None:
    assert Marker(parse(typed, THESAURUS).query).mark(text) == marked


def test_excerpt_is_the_sentence_with_the_match() -> None:
    marker = Marker(parse("yak", THESAURUS).query)
    assert marker.excerpt("One. Two yaks here. Three.") == "… Two <mark>yaks</mark> here. …"
    assert marker.excerpt("One. Two.") == "One. …"
    assert marker.excerpt("") == ""
    shown = marker.excerpt(f"{'before ' * 100}yak{' after' * 100}")
    assert "<mark>yak</mark>" in shown and len(shown) < 340
    assert shown.startswith("… before") and shown.endswith("after …")


@pytest.mark.django_db
@pytest.mark.each_database
def test_database_finds_the_same_stems() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE VIRTUAL TABLE temp.stems USING fts5(word, tokenize = "
                "'porter unicode61 remove_diacritics 2')"
            )
            cursor.execute("CREATE VIRTUAL TABLE temp.found USING fts5vocab(stems, 'instance')")
            cursor.executemany("INSERT INTO temp.stems VALUES (%s)", [[word] for word in WORDS])
            cursor.execute("SELECT term FROM temp.found ORDER BY doc")
        else:
            cursor.execute(
                "SELECT (tsvector_to_array(to_tsvector('outcomes_search', word)))[1] "
                "FROM unnest(%s) WITH ORDINALITY AS given (word, place) ORDER BY place",
                [WORDS],
            )
        found = [row[0] for row in cursor.fetchall()]
        if connection.vendor == "sqlite":
            cursor.execute("DROP TABLE temp.found")
            cursor.execute("DROP TABLE temp.stems")
    assert found == [stem(word) for word in WORDS]
