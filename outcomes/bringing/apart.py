"""Opens a file in a process of its own, with limits of time and memory."""

import json
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from outcomes.opening.cells import Opened, Reason, UnreadableError

PATIENCE = 90  # seconds: the process itself may compute for 40


def opened_apart(path: Path, letters: str = "") -> Opened:
    """The pages of a file, in an encoding where somebody said it.

    Raises UnreadableError where it cannot be read within the limits.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "outcomes.opening", str(path), letters],
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PATH": "/usr/bin:/bin"},
            timeout=PATIENCE,
            check=True,
        )
    except subprocess.SubprocessError:
        raise UnreadableError(Reason.LIMITS) from None
    found = json.loads(done.stdout)
    if "reason" in found:
        raise UnreadableError(Reason(found["reason"]), found["page"])
    return Opened.from_json(found)
