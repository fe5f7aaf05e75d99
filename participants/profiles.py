"""What a viewer is shown of a person: plain values, made by `participants.sharing` alone."""

from dataclasses import dataclass

from participants.channels import ChannelKind


@dataclass(frozen=True)
class Workplace:
    """An organisation that a person works for, as far as it is public."""

    name: str
    slug: str
    post: str = ""


@dataclass(frozen=True)
class Card:
    """What a list shows of a person."""

    handle: str
    name: str
    name_latin: str
    post: str
    workplace: Workplace | None
    is_demonstration: bool


@dataclass(frozen=True)
class Channel:
    """One way to reach a person, ready to show."""

    kind: ChannelKind
    value: str
    display: str
    link: str


@dataclass(frozen=True)
class Profile:
    """What one viewer may see of one person at one moment."""

    card: Card
    about: str
    languages: tuple[str, ...]
    workplaces: tuple[Workplace, ...]
    channels: tuple[Channel, ...]
    is_own: bool
