"""Cards that address books take."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from participants.directory.vcard import V3, V4, VERSIONS, build_vcard
from participants.models.channels import ChannelKind
from participants.privacy.visibility import Card, Channel, Profile, Workplace
from tests.test_input import naughty

URL = "https://portal.example/directory/abcdefghjk/"
# The same person's name as people of the region write theirs.
NAMES = [
    "ปิยะดา ศรีสุข",
    "နန်းခမ်းနု",
    "សុខ សុភា",
    "ພອນສະຫວັນ",
    "প্রতিনিধি রহমান",
    "सीता थापा",
    "மலர்விழி",
    "සුනිලා",
    "山田 花子",
    "김하나",
    "王小明",
    "محمد علی‌زاده",
    "\u200fفاطمة الزهراء\u200f",
    "Đặng Thị Ánh",
    "Иван Ильич",
    "O'Brien, Seán; Jr.",
    'Ana "Nina" Lopes',
    "Back\\slash\\",
    "Zoë 👩🏽‍⚖️ Brown",
    "Z̵͇̗̰̙a̸̢͇l̷g̶o",
    "A: B;TYPE=x:c",
    "BEGIN:VCARD",
    "a,b;c\\n",
]


def card_of(
    name: str,
    *channels: Channel,
    post: str = "",
    latin: str = "",
    languages: tuple[str, ...] = (),
    version: str = V3,
) -> str:
    place = Workplace(name="Shelter, Legal Aid; Care", slug="shelter")
    profile = Profile(
        card=Card("abcdefghjk", name, latin, post, place, False),
        about="",
        languages=languages,
        workplaces=(place,),
        channels=channels,
        is_own=False,
    )
    return build_vcard(profile, URL, version)


def channel(kind: ChannelKind, value: str) -> Channel:
    return Channel(kind, value, value, "")


def read_4(text: str) -> dict[str, list[str]]:
    """The values of a card as RFC 6350 reads them, under their property names."""
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    found: dict[str, list[str]] = {}
    for line in text.removesuffix("\r\n").replace("\r\n ", "").split("\r\n"):
        match = re.fullmatch(r'((?:[^":]|"[^"]*")*):(.*)', line, re.DOTALL)
        assert match, line
        found.setdefault(match[1], []).append(match[2])
    return found


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value, flags=re.DOTALL)


def parts(value: str) -> list[str]:
    """The components between semicolons that are not escaped."""
    return [unescaped(part) for part in re.findall(r"((?:\\.|[^;\\])*);", value + ";", re.DOTALL)]


def test_card_round_trips() -> None:
    text = card_of(
        "นางสาว ปิยะดา; ศรีสุข, ณ อยุธยา",
        channel(ChannelKind.EMAIL, "p@example.org"),
        channel(ChannelKind.MOBILE, "+66205550100"),
        post="Head\\Chief, protection\nand care",
        latin="Piyada, Srisuk",
    )
    card = vobject.readOne(text)
    assert card.version.value == "3.0"
    assert card.fn.value == "นางสาว ปิยะดา; ศรีสุข, ณ อยุธยา"
    assert card.nickname.value == "Piyada, Srisuk"
    assert card.contents["sort-string"][0].value == "Piyada Srisuk"
    assert card.email.value == "p@example.org"
    assert card.tel.value == "+66205550100"
    assert card.title.value == "Head\\Chief, protection\nand care"
    assert card.org.value == ["Shelter, Legal Aid; Care"]


def test_version_4_card_matches_standard() -> None:
    text = card_of(
        "สมศรี; ใจดี, ดร.",
        channel(ChannelKind.EMAIL, "somsri@example.org"),
        channel(ChannelKind.PHONE, "+6625550100"),
        channel(ChannelKind.MOBILE, "+66205550100"),
        channel(ChannelKind.SIGNAL, "somsri.42"),
        channel(ChannelKind.SITE, "https://example.org/a,b;c"),
        post="Head\\Chief",
        latin='Jaidee, "Somsri": Dr;',
        languages=("Thai", "English"),
        version=V4,
    )
    assert text.split("\r\n") == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        'N;SORT-AS="Jaidee Somsri Dr":สมศรี\\; ใจดี\\, ดร.;;;;',
        "FN:สมศรี\\; ใจดี\\, ดร.",
        'NICKNAME:Jaidee\\, "Somsri": Dr\\;',
        "ORG:Shelter\\, Legal Aid\\; Care",
        "TITLE:Head\\\\Chief",
        "EMAIL:somsri@example.org",
        'TEL;VALUE=uri;TYPE="work,voice":tel:+6625550100',
        "TEL;VALUE=uri;TYPE=cell:tel:+66205550100",
        "URL:https://example.org/a,b;c",
        "NOTE:Signal: somsri.42",
        "LANG:en",
        "LANG:th",
        "SOURCE:https://portal.example/directory/abcdefghjk/",
        "END:VCARD",
        "",
    ]


def test_cards_have_no_empty_fields() -> None:
    profile = Profile(Card("abcdefghjk", "Dewi", "", "", None, False), "", (), (), (), False)
    for version in VERSIONS:
        assert build_vcard(profile, URL, version).split("\r\n") == [
            "BEGIN:VCARD",
            f"VERSION:{version}",
            "N:Dewi;;;;",
            "FN:Dewi",
            f"SOURCE:{URL}",
            "END:VCARD",
            "",
        ]


def assert_read_back(name: str, expected: str) -> None:
    """Both versions give the name again, in each place, in lines that are short enough."""
    for version in VERSIONS:
        text = card_of(name, post=name, latin=name, version=version)
        assert max(len(line) for line in text.encode().split(b"\r\n")) <= 75
        for line in text.encode().split(b"\r\n"):
            line.decode()  # raises if a character was cut
        card = vobject.readOne(text)
        assert card.fn.value == expected
        assert (card.n.value.family, card.n.value.given) == (expected, "")
        assert card.title.value == expected
        assert card.nickname.value == expected
        assert card.org.value == ["Shelter, Legal Aid; Care"]
    values = read_4(text)
    assert unescaped(*values["FN"]) == expected
    [sorted_name] = [value for key, value in values.items() if key.split(";")[0] == "N"]
    assert parts(*sorted_name) == [expected, "", "", "", ""]
    assert len(list(vobject.readComponents(text))) == 1


@pytest.mark.parametrize("name", NAMES)
def test_names_in_every_script_round_trip(name: str) -> None:
    assert_read_back(name, name)
    assert_read_back(name * 8, name * 8)


def is_plain(text: str) -> bool:
    """Whether it holds neither control characters nor line ends."""
    return not any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1))
def test_any_name_round_trips(name: str) -> None:
    assert_read_back(name, name)


@given(st.text(st.sampled_from('\\,;:"^\n\r\0\x1b\x85\u2028nNA ='), min_size=1, max_size=40))
def test_names_cannot_inject_lines(name: str) -> None:
    for version in VERSIONS:
        text = card_of(name, post=name, latin=name, version=version)
        keys = [line.split(":")[0].split(";")[0] for line in text.split("\r\n") if line]
        keys = [key for key in keys if not key.startswith(" ")]
        assert set(keys) <= {
            *("BEGIN", "VERSION", "N", "FN", "NICKNAME", "SORT-STRING", "ORG", "TITLE"),
            *("SOURCE", "END"),
        }
        assert len(keys) == len(set(keys))


def test_naughty_names_round_trip() -> None:
    tried = [words for words in naughty() if is_plain(words)]
    assert len(tried) > 30
    for words in tried:
        assert_read_back(words, words)


def test_naughty_names_of_large_samples_round_trip(samples: Path) -> None:
    strings = json.loads((samples / "hostile" / "naughty" / "blns.json").read_text("utf-8"))
    tried = [words for words in strings if words and is_plain(words)]
    assert len(tried) > 480
    for words in tried:
        assert_read_back(words, words)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Roses \x1b[0;31mred\x1b[0m", "Roses [0;31mred[0m"),
        ("The quic\x08\x08k\x07 brown\x00 fox\x7f", "The quick brown fox"),
        ("\x80\x81A\x9f", "A"),
        ("tab\tbed", "tab\tbed"),
        ("one\u2028two\x85three\x0cfour\r\nfive", "one\ntwo\nthree\nfour\nfive"),
    ],
)
def test_control_characters_are_removed(name: str, expected: str) -> None:
    assert_read_back(name, expected)


def test_parser_reads_standard_example(samples: Path) -> None:
    """So that the reader of these tests can judge our cards."""
    folder = samples / "hostile" / "vcard"
    example = (folder / "rfc6350-example.vcf").read_bytes().decode().replace("\r\n", "\n")
    values = read_4(example.replace("\n", "\r\n"))
    assert values["FN"] == ["Simon Perreault"]
    assert parts(*values["N"]) == ["Perreault", "Simon", "", "", "ing. jr,M.Sc."]
    assert values['TEL;VALUE=uri;TYPE="work,voice";PREF=1'] == ["tel:+1-418-656-9254;ext=102"]
