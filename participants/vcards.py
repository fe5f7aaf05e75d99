"""Business cards for address books: vCard 3.0, which phones and Outlook take (RFC 2426)."""

from participants.channels import ChannelKind
from participants.sharing import Profile

LINE_OCTETS = 75
TYPES = {
    ChannelKind.EMAIL: "EMAIL;TYPE=INTERNET",
    ChannelKind.PHONE: "TEL;TYPE=WORK,VOICE",
    ChannelKind.MOBILE: "TEL;TYPE=CELL",
}


def vcard(profile: Profile, url: str) -> str:
    """The card of what `profile` holds; `url` is the address of the person's page."""
    card = profile.card
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{escape(card.name)};;;;", f"FN:{escape(card.name)}"]
    if card.name_latin:
        lines.append(f"NICKNAME:{escape(card.name_latin)}")
    if profile.workplaces:
        lines.append(f"ORG:{escape(profile.workplaces[0].name)}")
    if card.post:
        lines.append(f"TITLE:{escape(card.post)}")
    notes = []
    for channel in profile.channels:
        if channel.kind == ChannelKind.SITE:
            lines.append(f"URL:{one_line(channel.value)}")
        elif channel.kind in TYPES:
            lines.append(f"{TYPES[channel.kind]}:{escape(channel.value)}")
        else:
            notes.append(f"{channel.kind.label}: {channel.display}")
    if notes:
        lines.append(f"NOTE:{escape(chr(10).join(notes))}")
    lines += [f"SOURCE:{one_line(url)}", "END:VCARD"]
    return "".join(fold(line) + "\r\n" for line in lines)


def escape(text: str) -> str:
    """The text with backslashes, commas, semicolons and line ends written as vCard wants them."""
    text = "\n".join(text.splitlines())  # also at line ends that only some readers know
    for sign, written in (("\\", "\\\\"), (",", "\\,"), (";", "\\;"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return text


def one_line(uri: str) -> str:
    """The address as it is, which vCard does not escape, without anything that ends a line."""
    return "".join(uri.split())


def fold(line: str) -> str:
    """The line broken so that no part is longer than 75 octets, never within a letter."""
    parts, part, size = [], "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > LINE_OCTETS:
            parts.append(part)
            part, size = " ", 1
        part += letter
        size += width
    return "\r\n".join([*parts, part])
