"""Creates the virtual environment and starts the portal for development from a fresh clone.

Uses only the standard library, and only syntax that an older Python 3 can parse, so that it can
report that this Python is too old.
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
MIN_PYTHON = (3, 11)
WORKERS = ("mail", "imports")
RESTART_AFTER = 2  # seconds
PYTHON_CANDIDATES = ["python3.14", "python3.13", "python3.12", "python3.11"]


def exit_with(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def run(command: "list[str]", failure: str) -> None:
    if subprocess.call(command, cwd=ROOT) != 0:
        exit_with(failure)


def can_run(python: str, code: str) -> bool:
    return subprocess.call([python, "-c", code], stderr=subprocess.DEVNULL) == 0


def use_suitable_python() -> None:
    """Restarts with a newer Python if this one is too old and a newer one is installed."""
    if sys.version_info >= MIN_PYTHON:
        return
    for name in PYTHON_CANDIDATES:
        path = shutil.which(name)
        if path and can_run(path, "import venv, ensurepip"):
            os.execv(path, [path] + sys.argv)
    exit_with(
        "Roundtable needs Python 3.11 or newer, but this is {}.{}: install one, or run "
        "make run PYTHON=/path/to/python3.".format(*sys.version_info[:2])
    )


def check_port(port: int) -> None:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(1)
    except (OSError, OverflowError) as problem:
        exit_with(
            "Port {0} cannot be used ({1}): choose another, for example make run PORT={2}.".format(
                port,
                getattr(problem, "strerror", "") or "ports are from 1 to 65535",
                port + 1 if 0 < port < 65535 else 8000,
            )
        )
    finally:
        listener.close()


def check_folder(folder: str, advice: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as problem:
        exit_with("{} is not writable ({}): {}.".format(folder, problem.strerror, advice))


def venv_program(name: str) -> str:
    return os.path.join(VENV, "bin", name)


def create_environment(requirements: str) -> None:
    """Installs exactly the locked packages; does nothing if the lock file is unchanged."""
    with open(os.path.join(ROOT, requirements), "rb") as file:
        checksum = hashlib.sha256(file.read()).hexdigest()
    stamp = os.path.join(VENV, requirements + ".sha256")
    exists = os.path.exists(venv_program("python")) and can_run(
        venv_program("python"), "import pip"
    )
    if exists and os.path.exists(stamp):
        with open(stamp) as stamp_file:
            if stamp_file.read().strip() == checksum:
                return
    if not exists:
        missing = [m for m in ("venv", "ensurepip") if importlib.util.find_spec(m) is None]
        if missing:
            exit_with(
                "This Python has no module {}: install it (on Debian and Ubuntu: "
                "apt-get install python3-venv).".format(missing[0])
            )
        print("Creating .venv ...", flush=True)
        run(
            [sys.executable, "-m", "venv", "--clear", VENV],
            "The environment .venv could not be created: see above.",
        )
    print("Installing the packages of {} ...".format(requirements), flush=True)
    install = [venv_program("python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    install += ["--disable-pip-version-check", "--no-input", "-r", requirements]
    run(install, "The packages could not be installed: see above, then try again.")
    with open(stamp, "w") as stamp_file:
        stamp_file.write(checksum + "\n")


def serve(port: int) -> None:
    address = "http://localhost:{}/".format(port)
    os.environ.update(DEBUG="true", DJANGO_SETTINGS_MODULE="roundtable.settings")
    os.environ["DJANGO_RUNSERVER_HIDE_WARNING"] = "true"
    os.environ["PORTAL_URL"] = address
    os.chdir(ROOT)
    python = venv_program("python")
    if subprocess.call([python, "-m", "deploy.prepare", address]) != 0:
        sys.exit(1)
    manage = [python, "manage.py"]
    children = {"server": subprocess.Popen(manage + ["runserver", "localhost:{}".format(port)])}
    for backend in WORKERS:
        children[backend] = start_worker(manage, backend)
    signal.signal(signal.SIGTERM, lambda *_signal: interrupt(children))
    try:
        code = watch(children, manage)
        for backend in WORKERS:
            children[backend].terminate()
        sys.exit(code)
    finally:
        for child in children.values():
            stop_child(child)


def start_worker(manage: "list[str]", backend: str) -> "subprocess.Popen[bytes]":
    quiet = ["--no-reload", "--verbosity", "0"]
    return subprocess.Popen(manage + ["db_worker", "--backend", backend] + quiet)


def watch(children: "dict[str, subprocess.Popen[bytes]]", manage: "list[str]") -> int:
    """Starts a worker again if it ended; returns the server's code once the server ended."""
    while True:
        try:
            return children["server"].wait(timeout=RESTART_AFTER)
        except subprocess.TimeoutExpired:
            pass
        for backend in WORKERS:
            if children[backend].poll() is not None:
                print("The worker for {} ended and is started again.".format(backend), flush=True)
                children[backend] = start_worker(manage, backend)


def interrupt(children: "dict[str, subprocess.Popen[bytes]]") -> None:
    # Ctrl-C in a terminal also reaches the children; SIGTERM does not.
    for child in children.values():
        child.terminate()
    raise KeyboardInterrupt


def stop_child(child: "subprocess.Popen[bytes]") -> None:
    # The child was already told to stop. A second signal would disturb its shutdown.
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()


def main() -> None:
    use_suitable_python()
    parser = argparse.ArgumentParser(description="Creates .venv and starts Roundtable.")
    parser.add_argument("what", choices=["run", "environment"])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--requirements", default="requirements.txt")
    options = parser.parse_args()
    if options.what == "run":
        check_port(options.port)
        data = os.environ.get("DATA_DIR") or os.path.join(ROOT, "var")
        check_folder(data, "choose another folder with DATA_DIR=FOLDER make run")
    check_folder(ROOT, "clone into a folder that you own")
    create_environment(options.requirements)
    if options.what == "run":
        serve(options.port)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
