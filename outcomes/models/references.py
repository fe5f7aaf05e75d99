"""The patterns of references and numbers, for models and URLs."""

# A code has at most 12 characters. Eight digits are more than any roundtable needs.
REFERENCE_PATTERN = r"[A-Z][A-Z0-9]{0,11}-C[0-9]{1,8}"
NUMBER_PATTERN = r"[0-9]{1,4}(?:\.[a-z]{1,4})?"


def full_match(pattern: str) -> str:
    """Does not match a newline at the end."""
    return rf"^{pattern}\Z"


def case_insensitive(pattern: str) -> str:
    """For part of a URL pattern."""
    return f"(?ai:{pattern})"
