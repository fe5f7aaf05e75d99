"""Text that no spreadsheet program takes for a formula, and the way back; knows no Django."""

# What such programs take for the start of a formula, full-width forms included.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def escape(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula.

    One that has such an apostrophe of its own gets another, so that the way back is exact.
    """
    return f"'{text}" if is_escapable(text) else text


def unescape(text: str) -> str:
    """The text without the apostrophe that `escape` put in front."""
    return text[1:] if text.startswith("'") and is_escapable(text) else text


def is_escapable(text: str) -> bool:
    """Whether it begins as a formula does, apostrophes aside."""
    return text.lstrip("'").startswith(FORMULA_STARTS)
