"""Tries deploy/ on empty Debian machines, as an operator would, and says what it took.

An installation with PostgreSQL and TLS, a co-chair who signs in, upgrades, one of which fails, the
loss of the machine, and the same portal on another one under other names. Needs root, debootstrap
and a browser; takes about a quarter of an hour. KEEP=1 keeps the folder with the machines.
"""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyrage

from tests.operate.machine import Machine
from tests.processes import ROOT

URL, HOST = "https://portal.example.org", "portal.example.org"
OPERATOR, COCHAIRS = "operator@example.org", ("first@example.org", "second@example.org")
KEY = pyrage.x25519.Identity.generate()
FILLED_IN = {
    "PORTAL_URL": URL,
    "EMAIL_URL": "smtp://localhost:25",
    "DEFAULT_FROM_EMAIL": "portal@example.org",
    "CONTACT_EMAIL": "office@example.org",
    "OPERATOR_NAME": "The office",
    "SERVER_COUNTRY": "Switzerland",
    "ARRANGEMENT_URL": "https://office.example.org/arrangement",
    "DATA_CONTROLLER": "The office, Example Street 1",
    "BACKUP_RECIPIENT": str(KEY.to_public()),
    "OPERATOR_EMAIL": OPERATOR,
    "COCHAIRS": f"{COCHAIRS[0]}:indonesia {COCHAIRS[1]}:australia",
    "CERTIFICATE": "/etc/ssl/portal.pem",
    "CERTIFICATE_KEY": "/etc/ssl/portal.key",
}
KEYS = ("SECRET_KEY", "ERASURE_KEY", "SEAL_KEY", "DATA_KEY")
# What the second machine calls it.
OTHER_NAMES = {
    "NAME": "meeting",
    "PORTAL_USER": "portal",
    "PORT": "8123",
    "DATA": "/srv/data",
    "DATABASE": "statements",
}
# Python's packages are fetched before the machine starts.
WHEELS = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/srv/wheels"}
FETCH = (
    "python3 -m venv /tmp/fetch && /tmp/fetch/bin/pip download --quiet --require-hashes "
    "--requirement /srv/source/requirements.txt --dest /srv/wheels && rm -r /tmp/fetch"
)
# As a release would have it; the second one fails after it has changed the database.
MIGRATION = """
from django.db import migrations

def change(apps, schema_editor):
    apps.get_model("roundtable", "Job").objects.create(name="upgraded")
    {then}

class Migration(migrations.Migration):
    dependencies = [("roundtable", "{before}")]
    operations = [migrations.RunPython(change)]
"""


def step(name: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {name}", flush=True)


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Release", "-c", "user.email=release@example.org"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def settings_of(machine: Machine) -> Path:
    return machine.folder / "etc" / f"{machine.names['NAME']}.env"


def fill_in(machine: Machine, values: dict[str, str]) -> None:
    """Edits the one file that an operator edits."""
    file = settings_of(machine)
    text = file.read_text()
    for key, value in values.items():
        before, _line, after = text.partition(re.findall(rf"(?m)^{key}=.*$", text)[0])
        text = f"{before}{key}='{value}'{after}"
    file.write_text(text)


def values_of(machine: Machine) -> dict[str, str]:
    lines = settings_of(machine).read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {key: value.strip("'") for key, value in pairs}


def make_certificate(machine: Machine) -> None:
    folder = machine.folder / "etc" / "ssl"
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", str(folder / "portal.key"), "-out", str(folder / "portal.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)


def wait_until_ready(machine: Machine) -> None:
    """Runs what is due, and asks until the portal does its work."""
    name, port = machine.names["NAME"], machine.names["PORT"]
    machine.run(f"systemctl start {name}-tick.service")
    ask = f"curl --silent --header 'Host: {HOST}' http://127.0.0.1:{port}/readyz"
    for _time in range(60):
        answer = json.loads(machine.run(ask))
        if answer["ready"]:
            break
        time.sleep(1)
    else:
        raise AssertionError(answer)
    assert machine.run(f"systemctl list-units --failed --no-legend '{name}*'") == ""
    through = f"--resolve {HOST}:443:127.0.0.1 --cacert /etc/ssl/portal.pem"
    page = machine.run(f"curl --silent --show-error --fail {through} {URL}/")
    assert "Roundtable" in page


def check_secrets(machine: Machine) -> None:
    """No key in lists of processes, logs and units; no file of the portal that others can read."""
    keys = "\n".join(values_of(machine)[key] for key in KEYS)
    (machine.folder / "srv" / "keys").write_text(keys)
    for where in ("cat /proc/[0-9]*/cmdline", "journalctl --no-pager", "cat /etc/systemd/system/*"):
        assert machine.run(f"{where} 2>&1 | grep -acFf /srv/keys || true") == "0\n", where
    folders = " ".join(f"{machine.names['DATA']}{end}" for end in ("", "-erasures", "-backups"))
    readable = f"find {settings_of(machine).relative_to(machine.folder)} {folders} -maxdepth 0"
    assert machine.run(f"cd / && {readable} -perm /077") == ""


def release(source: Path, version: str, then: str) -> None:
    folder = source / "roundtable" / "migrations"
    before = sorted(folder.glob("[0-9]*.py"))[-1].stem
    number = int(before[:4]) + 1
    (folder / f"{number:04}_release.py").write_text(MIGRATION.format(then=then, before=before))
    git(source, "add", ".")
    git(source, "commit", "--message", version)
    git(source, "tag", version)


def install(machine: Machine) -> None:
    said = machine.run(f"{machine.place}/deploy/install.sh", **WHEELS, **machine.names)
    assert f"The portal is at {URL}. Sign in at {URL}/accounts/login/ as" in said, said


def check_second_run(machine: Machine) -> None:
    """It only checks and starts what is there."""
    said = machine.run(f"{machine.place}/deploy/install.sh", **WHEELS, **machine.names)
    done = [line for line in said.splitlines() if line.startswith("+ ")]
    expected = ("migrate", "collectstatic", "check --deploy", "systemctl start")
    assert len(done) == len(expected), said
    assert all(word in line for word, line in zip(expected, done, strict=True)), said


def release_versions(source: Path) -> None:
    """Beside the branch that is installed, as two later releases."""
    git(source, "checkout", "--quiet", "-b", "later")
    release(source, "v101", "pass")
    release(source, "v102", "raise RuntimeError('on purpose')")
    git(source, "checkout", "--quiet", "-")


def main(folder: Path) -> None:
    source = folder / "source"
    subprocess.run(["git", "clone", "--quiet", ROOT, source], check=True)
    release_versions(source)
    step("Empty machines")
    first = Machine(folder / "first")
    first.debootstrap()
    subprocess.run(["cp", "-a", source, first.folder / "srv" / "source"], check=True)

    began = time.monotonic()
    step("Command 1: clone")
    first.change_root("apt-get install --yes git && git clone /srv/source /srv/roundtable")
    second, third = first.copy_to(folder / "second"), first.copy_to(folder / "third")
    step("Command 2: install.sh, which asks to fill in")
    assert "Fill in PORTAL_URL" in first.change_root(f"{first.place}/deploy/install.sh")
    first.change_root(FETCH)
    fill_in(first, FILLED_IN)
    make_certificate(first)
    first.start()
    step("Command 3: install.sh")
    install(first)
    wait_until_ready(first)
    check_secrets(first)
    secret, heading = first.visit(URL, COCHAIRS[0]).splitlines()
    assert heading == "Your tasks", heading
    step(f"A co-chair is signed in after {(time.monotonic() - began) / 60:.1f} minutes")
    check_second_run(first)

    began = time.monotonic()
    said = first.run(f"{first.place}/deploy/upgrade.sh v101", **WHEELS)
    assert "The portal is v101 now." in said, said
    wait_until_ready(first)
    step(f"Upgraded in {time.monotonic() - began:.0f} s")
    said = first.run(f"{first.place}/deploy/upgrade.sh v102 || true", **WHEELS)
    assert "The portal is as it was before. Nothing is lost." in said, said
    assert git(first.folder / "srv" / "roundtable", "describe", "--tags") == "v101"
    wait_until_ready(first)
    step("An upgrade failed, and the former version is back")

    first.run("roundtable backup --rehearse")
    newest = sorted((first.folder / "var/lib/roundtable-backups").glob("*.age"))[-1]
    backup, wheels = shutil.copy(newest, folder), folder / "wheels"
    shutil.move(first.folder / "srv" / "wheels", wheels)
    kept = {key: values_of(first)[key] for key in KEYS}
    first.end()
    step("The machine is lost. There are a backup, its key, and three keys of the portal")
    restore(second, Path(backup), wheels, kept)
    assert second.visit(URL, COCHAIRS[0], secret).splitlines() == [secret, "Your tasks"]
    second.end()
    step("Restored on another machine, under other names; the co-chair is signed in")

    upgrade_first_release(third, wheels)
    step("A portal of 0.1.0 is upgraded")


def restore(machine: Machine, backup: Path, wheels: Path, keys: dict[str, str]) -> None:
    machine.place = "/opt/portal"
    shutil.move(machine.folder / "srv" / "roundtable", machine.folder / "opt" / "portal")
    git(machine.folder / "opt" / "portal", "checkout", "--quiet", "v101")
    names = " ".join(f"{key}={value}" for key, value in OTHER_NAMES.items())
    machine.change_root(f"{names} {machine.place}/deploy/install.sh")
    machine.names = OTHER_NAMES
    shutil.copytree(wheels, machine.folder / "srv" / "wheels")
    fill_in(machine, FILLED_IN | keys | {"COCHAIRS": "", "ROUNDTABLE": ""})
    make_certificate(machine)
    shutil.copy(backup, machine.folder / "srv" / "backup.age")
    (machine.folder / "srv" / "backups.key").write_text(f"{KEY}\n")
    machine.start()
    install(machine)
    machine.run("systemctl stop meeting.target")
    said = machine.run(
        "install -o portal -m 600 /srv/backup.age /srv/data-backups/restored.age && "
        "meeting restore /srv/data-backups/restored.age --key - --reason 'The disk failed.' "
        "--replace < /srv/backups.key"
    )
    assert "is restored. Now start the portal." in said.splitlines()[-1], said
    machine.run("systemctl start meeting.target")
    wait_until_ready(machine)
    assert "All seals are valid" in machine.run("meeting verify")
    check_second_run(machine)
    check_secrets(machine)


def upgrade_first_release(machine: Machine, wheels: Path) -> None:
    """Its database and files are those that the tests of upgrades have."""
    machine.change_root(f"{machine.place}/deploy/install.sh")
    shutil.copytree(wheels, machine.folder / "srv" / "wheels")
    old = ROOT / "tests" / "upgrade" / "0.1.0"
    keys = dict(line.split("=") for line in (old / "keys.env").read_text().splitlines()[1:])
    del keys["CLOCK"]
    fill_in(machine, FILLED_IN | keys | {"COCHAIRS": "", "ROUNDTABLE": ""})
    make_certificate(machine)
    data = machine.folder / "var" / "lib" / "roundtable"
    shutil.copytree(old / "data", data)
    shutil.copy(old / "postgresql.sql", machine.folder / "srv")
    machine.start()
    machine.run(
        "useradd --system roundtable && chown -R roundtable /var/lib/roundtable "
        "&& cd / && runuser -u postgres -- createuser --createdb roundtable "
        "&& runuser -u postgres -- createdb --owner roundtable roundtable "
        "&& runuser -u roundtable -- psql --quiet --file /srv/postgresql.sql roundtable"
    )
    count = "SELECT count(*) FROM outcomes_commitment"
    commitments = f"cd / && runuser -u roundtable -- psql -tAc '{count}' roundtable"
    before = machine.run(commitments)
    install(machine)
    machine.run("roundtable verify && roundtable reseal && roundtable send_reminders")
    wait_until_ready(machine)
    assert int(before) and machine.run(commitments) == before


if __name__ == "__main__":
    if os.geteuid() or not shutil.which("debootstrap"):
        sys.exit("Run this as root, with debootstrap installed.")
    folder = Path(tempfile.mkdtemp(prefix="roundtable-machines-"))
    if os.environ.get("KEEP") != "1":
        atexit.register(shutil.rmtree, folder)
    main(folder)
