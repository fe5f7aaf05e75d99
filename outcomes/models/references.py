"""The forms in which others cite what stands here; addresses and models both keep to them."""

# A code has at most 12 characters; the digits leave room for more than anybody undertakes.
REFERENCE_PATTERN = r"[A-Z][A-Z0-9]{0,11}-C[0-9]{1,8}"
NUMBER_PATTERN = r"[0-9]{1,4}(?:\.[a-z]{1,4})?"


def full_match(pattern: str) -> str:
    """The form as a pattern of a whole text, without a line's end after it."""
    return rf"^{pattern}\Z"


def case_insensitive(pattern: str) -> str:
    """The form as a part of an address, in small or capital letters."""
    return f"(?ai:{pattern})"
