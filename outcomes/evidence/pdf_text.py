"""Reads a PDF from standard input and prints its words: `python -m outcomes.evidence.pdf_text`.

In a process of its own, with limits: a PDF may be made to keep its reader busy for ever.
"""

import resource
import sys
from io import BytesIO

from pypdf import PdfReader

CPU_SECONDS = 10
MAX_MEMORY_BYTES = 512 * 1024 * 1024
MAX_PAGES = 500


def main() -> None:
    """Ends with an error where the PDF cannot be read within the limits, or not as a whole."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    found = PdfReader(BytesIO(sys.stdin.buffer.read()))
    if len(found.pages) > MAX_PAGES:
        sys.exit(1)
    words = [str(value) for value in (found.metadata or {}).values()]
    for page in found.pages:
        words.append(page.extract_text())
        for note in page.get("/Annots") or []:
            words += _annotation_texts(note.get_object())
    sys.stdout.buffer.write("\n".join(words).encode("utf-8", "replace"))


def _annotation_texts(annotation: object) -> list[str]:
    """The words of a note, what was filled into a field, and where a link leads."""
    assert isinstance(annotation, dict)
    action = annotation.get("/A")
    target = action.get_object().get("/URI") if action else None
    return [
        str(part) for part in (annotation.get("/Contents"), annotation.get("/V"), target) if part
    ]


if __name__ == "__main__":
    main()
