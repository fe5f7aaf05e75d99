"""Prints the pages of a table file as JSON: `python -m outcomes.imports.readers [ENCODING] < FILE`.

Runs in its own process with limits, because a file may be made to exhaust its reader.
"""

import json
import resource
import sys

from outcomes.imports.readers.pages import UnreadableError, UnreadableReason
from outcomes.imports.readers.workbooks import read_source_file

MAX_CPU_SECONDS = 40
MAX_MEMORY_BYTES = 512 * 1024 * 1024


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    try:
        found = read_source_file(sys.stdin.buffer.read(), *sys.argv[1:]).to_json()
        output = json.dumps(found)
    except UnreadableError as problem:
        output = json.dumps({"reason": problem.reason, "page": problem.page})
    except MemoryError:
        output = json.dumps({"reason": UnreadableReason.LIMIT_EXCEEDED, "page": ""})
    sys.stdout.write(output)


if __name__ == "__main__":
    main()
