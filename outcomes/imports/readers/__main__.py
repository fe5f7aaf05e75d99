"""Reads a file of tables and prints its pages as JSON.

`python -m outcomes.imports.readers FILE [ENCODING]`, in a process of its own, with limits: a file may be
made to keep its reader busy for ever.
"""

import json
import resource
import sys
from pathlib import Path

from outcomes.imports.readers.pages import Reason, UnreadableError
from outcomes.imports.readers.workbooks import opened

SECONDS = 40
MEMORY = 512 * 1024 * 1024


def main() -> None:
    """Prints the pages, or why there are none."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        found = opened(Path(sys.argv[1]).read_bytes(), *sys.argv[2:]).to_json()
        said = json.dumps(found)
    except UnreadableError as problem:
        said = json.dumps({"reason": problem.reason, "page": problem.page})
    except MemoryError:
        said = json.dumps({"reason": Reason.LIMITS, "page": ""})
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
