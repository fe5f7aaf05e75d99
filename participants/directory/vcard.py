"""Contact cards: vCard 3.0 for phones and Outlook, and vCard 4.0."""

import unicodedata

from participants.models.channels import ChannelKind
from participants.models.languages import LANGUAGE_CHOICES
from participants.privacy.visibility import Profile

V3, V4 = "3.0", "4.0"  # RFC 2426 and RFC 6350
VERSIONS = (V3, V4)
MAX_LINE_OCTETS = 75
PROPERTY_PREFIXES = {
    V3: {
        ChannelKind.EMAIL: "EMAIL;TYPE=INTERNET:",
        ChannelKind.PHONE: "TEL;TYPE=WORK,VOICE:",
        ChannelKind.MOBILE: "TEL;TYPE=CELL:",
    },
    V4: {
        ChannelKind.EMAIL: "EMAIL:",
        ChannelKind.PHONE: 'TEL;VALUE=uri;TYPE="work,voice":tel:',
        ChannelKind.MOBILE: "TEL;VALUE=uri;TYPE=cell:tel:",
    },
}


def build_vcard(profile: Profile, url: str, version: str = V3) -> str:
    lines = ["BEGIN:VCARD", f"VERSION:{version}"]
    lines += _name_lines(profile, version)
    if profile.workplaces:
        lines.append(f"ORG:{escape_value(profile.workplaces[0].name)}")
    if profile.card.post:
        lines.append(f"TITLE:{escape_value(profile.card.post)}")
    lines += _channel_lines(profile, version)
    if version == V4:
        lines += [f"LANG:{code}" for code in _language_tags(profile)]
    lines += [f"SOURCE:{strip_line_breaks(url)}", "END:VCARD"]
    return "".join(fold_line(line) + "\r\n" for line in lines)


def _name_lines(profile: Profile, version: str) -> list[str]:
    name, latin = escape_value(profile.card.name), profile.card.name_latin
    key = sort_key(latin)
    sorted_as = f';SORT-AS="{key}"' if key and version == V4 else ""
    # The name stays in one piece, because it is unknown which part is the family name.
    lines = [f"N{sorted_as}:{name};;;;", f"FN:{name}"]
    if latin:
        lines.append(f"NICKNAME:{escape_value(latin)}")
    if key and version == V3:
        lines.append(f"SORT-STRING:{key}")
    return lines


def _channel_lines(profile: Profile, version: str) -> list[str]:
    lines, notes = [], []
    for channel in profile.channels:
        if channel.kind == ChannelKind.SITE:
            lines.append(f"URL:{strip_line_breaks(channel.value)}")
        elif channel.kind in PROPERTY_PREFIXES[version]:
            lines.append(f"{PROPERTY_PREFIXES[version][channel.kind]}{escape_value(channel.value)}")
        else:
            notes.append(f"{channel.kind.label}: {channel.display}")
    if notes:
        lines.append(f"NOTE:{escape_value(chr(10).join(notes))}")
    return lines


def _language_tags(profile: Profile) -> list[str]:
    # A profile holds languages by name, not by code.
    return [code for code, name in LANGUAGE_CHOICES if str(name) in profile.languages]


def escape_value(text: str) -> str:
    """Escapes text for vCard and removes control characters."""
    text = "\n".join(text.splitlines())  # also at line ends that only some readers recognise
    # No reader shows control characters, and some end the card there.
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
    for sign, written in (("\\", "\\\\"), (",", "\\,"), (";", "\\;"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return text


def sort_key(text: str) -> str:
    # Readers interpret these characters in a parameter in different ways.
    kept = (c if c not in '",;:\\^' and unicodedata.category(c) != "Cc" else " " for c in text)
    return " ".join("".join(kept).split())


def strip_line_breaks(uri: str) -> str:
    # vCard does not escape URIs, so remove everything that could end the line.
    return "".join(c for c in uri if not c.isspace() and unicodedata.category(c) != "Cc")


def fold_line(line: str) -> str:
    """Folds a line into parts of at most 75 octets, never within a character."""
    parts, part, size = [], "", 0
    for char in line:
        width = len(char.encode())
        if size + width > MAX_LINE_OCTETS:
            parts.append(part)
            part, size = " ", 1
        part += char
        size += width
    return "\r\n".join([*parts, part])
