"""Prints the text of a PDF from standard input: `python -m roundtable.uploads.pdf_text`.

Runs in its own process with limits, because a PDF may be made to exhaust its reader.
"""

import resource
import sys
from io import BytesIO

from pypdf import PdfReader

CPU_SECONDS = 10
MAX_MEMORY_BYTES = 512 * 1024 * 1024
MAX_PAGES = 500


def main() -> None:
    """Exits with an error if the limits are too low for the whole PDF."""
    limit_process(CPU_SECONDS)
    found = PdfReader(BytesIO(sys.stdin.buffer.read()))
    if len(found.pages) > MAX_PAGES:
        sys.exit(1)
    words = [str(value) for value in (found.metadata or {}).values()]
    for page in found.pages:
        words.append(page.extract_text())
        for note in page.get("/Annots") or []:
            words += _annotation_texts(note.get_object())
    sys.stdout.buffer.write("\n".join(words).encode("utf-8", "replace"))


def limit_process(cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def _annotation_texts(annotation: object) -> list[str]:
    assert isinstance(annotation, dict)
    action = annotation.get("/A")
    target = action.get_object().get("/URI") if action else None
    return [
        str(part) for part in (annotation.get("/Contents"), annotation.get("/V"), target) if part
    ]


if __name__ == "__main__":
    main()
