"""Cards that address books take."""

import vobject

from participants.channels import ChannelKind
from participants.sharing import Card, Channel, Profile, Workplace
from participants.vcards import fold, vcard


def card_of(name: str, *channels: Channel, post: str = "") -> str:
    place = Workplace(name="Shelter, Legal Aid; Care", slug="shelter")
    return vcard(
        Profile(
            card=Card("abcdefghjk", name, "", post, place, False),
            about="",
            languages=(),
            workplaces=(place,),
            channels=channels,
            is_own=False,
        ),
        "https://portal.example/directory/abcdefghjk/",
    )


def test_card_is_read_back_as_written() -> None:
    text = card_of(
        "นางสาว ปิยะดา; ศรีสุข, ณ อยุธยา",
        Channel(ChannelKind.EMAIL, "p@example.org", "p@example.org", ""),
        Channel(ChannelKind.MOBILE, "+66205550100", "+66 2 055 50100", ""),
        post="Head\\Chief, protection\nand care",
    )
    card = vobject.readOne(text)
    assert card.version.value == "3.0"
    assert card.fn.value == "นางสาว ปิยะดา; ศรีสุข, ณ อยุธยา"
    assert card.email.value == "p@example.org"
    assert card.tel.value == "+66205550100"
    assert card.title.value == "Head\\Chief, protection\nand care"
    assert card.org.value == ["Shelter, Legal Aid; Care"]


def test_channel_without_a_field_of_its_own_is_a_note() -> None:
    text = card_of("Dewi", Channel(ChannelKind.SIGNAL, "dewi.42", "dewi.42", ""))
    assert vobject.readOne(text).note.value == "Signal: dewi.42"


def test_no_line_is_longer_than_75_octets_and_no_letter_is_cut() -> None:
    line = "FN:" + "প্রতিনিধি" * 30
    parts = fold(line).split("\r\n")
    assert max(len(part.encode()) for part in parts) <= 75
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line


def test_name_cannot_add_lines_of_its_own() -> None:
    text = card_of("Eve\r\nTEL:+15550100")
    assert "\r\nTEL" not in text
    assert vobject.readOne(text).fn.value == "Eve\nTEL:+15550100"


def test_address_of_a_site_is_not_escaped() -> None:
    text = card_of("Dewi", Channel(ChannelKind.SITE, "https://example.org/a,b;c", "", ""))
    assert "\r\nURL:https://example.org/a,b;c\r\n" in text


def test_line_ends_of_every_kind_stay_within_the_name() -> None:
    assert "FN:Eve\\nTEL:1\\nTEL:2" in card_of("Eve\u2028TEL:1\u000bTEL:2")
