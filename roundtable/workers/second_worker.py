"""A second process of a worker, for the queue of short tasks: these do not wait for a long one."""

import logging
import os
import signal
import subprocess
import sys
import threading

from django.conf import settings

from roundtable.database.outages import pause

logger = logging.getLogger(__name__)

RESTART_AFTER = 5.0  # seconds
STDIN = 0


class SecondWorker:
    """Starts the process, and starts it again if it ends.

    It ends when its standard input does. The system closes that even if this process is killed.
    """

    def __init__(self, backend: str, queue: str) -> None:
        self.backend = backend
        self.queue = queue
        self._is_ending = False
        self._input, self._end_of_input = os.pipe()
        self._thread = threading.Thread(target=self._keep_running, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Tells the process to finish its task and end. A signal may call this at any time."""
        if not self._is_ending:
            self._is_ending = True
            os.close(self._end_of_input)

    def wait(self) -> None:
        self._thread.join()
        os.close(self._input)

    def _keep_running(self) -> None:
        while not self._is_ending:
            try:
                # Its own session: Ctrl-C reaches only the first process, which passes it on.
                subprocess.run(
                    self._command(), stdin=self._input, start_new_session=True, check=False
                )
            except OSError as problem:
                kind = type(problem).__name__
                logger.warning("The second worker for %s did not start: %s.", self.backend, kind)
            if not self._is_ending:
                logger.warning("The second worker for %s is started again.", self.backend)
                pause(RESTART_AFTER)

    def _command(self) -> list[str]:
        return [
            sys.executable,
            str(settings.BASE_DIR / "manage.py"),
            "db_worker",
            f"--backend={self.backend}",
            f"--queue-name={self.queue}",
            "--verbosity=0",
            "--no-reload",
            "--end-with-input",
        ]


def end_with_input() -> None:
    """Ends this process, after its task, when its standard input ends."""

    def wait_for_end() -> None:
        while os.read(STDIN, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_end, daemon=True).start()
