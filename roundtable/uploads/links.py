"""Links to a neighbour of a document, and sets of words.

Without Django: PDFs are read in a process of their own.
"""

import re
from urllib.parse import unquote

# A document beside this one, or a web address as people write it. No programs, drives or shares.
_NEIGHBOUR = re.compile(
    r"(?![\\/])[^:\x00-\x1f\x7f]*\.(?:pdf|docx?|rtf|odt|txt|xlsx?|ods|csv|pptx?|odp|html?|"
    r"jpe?g|png|gif|tiff?|svg)|www\.[^:\\\x00-\x20\x7f]*",
    re.IGNORECASE,
)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def is_neighbour(target: str) -> bool:
    """Also a place in the document itself, which begins with “#”."""
    path = re.split("[?#]", unquote(target))[0]
    return not path or bool(_NEIGHBOUR.fullmatch(path))
