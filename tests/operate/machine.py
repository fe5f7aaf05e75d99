"""Empty Debian machines in namespaces of their own: systemd runs, and there is no network.

Only to install Debian's and Python's packages, before it is started, one uses this machine's
network.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

# What makes a folder a machine. Controllers stay with this machine, so no limit of memory holds.
BOOT = """
set -e
mount --make-rprivate /
mount --bind "$0" "$0"
cd "$0"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs dev
for name in null zero full random urandom tty; do
    touch dev/$name
    mount --bind /dev/$name dev/$name
done
mkdir dev/pts dev/shm
mount -t devpts devpts dev/pts -o newinstance,ptmxmode=0666
ln -s pts/ptmx dev/ptmx
mount -t tmpfs tmpfs dev/shm
ip link set lo up
hostname portal
pivot_root . mnt
umount -l /mnt
exec env -i container=namespaces PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
"""
CHANGE_ROOT = """
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
exec chroot "$0" sh -c "$1"
"""
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
SPACES = ["--mount", "--net", "--pid", "--cgroup", "--uts", "--ipc"]
PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,iproute2"


class Machine:
    """A folder with Debian in it, started or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.system = 0  # its process 1, as this machine numbers it
        self.mailbox = folder.with_name(folder.name + "-mail")
        self.place = "/srv/roundtable"  # of the portal's code
        # Of services, settings and so on, as install.sh takes them.
        self.names = {"NAME": "roundtable", "PORT": "8000", "DATA": "/var/lib/roundtable"}

    def debootstrap(self) -> None:
        targets = ["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)"]
        listed = subprocess.run(
            [*targets, "Created-By: Packages"], capture_output=True, text=True, check=True
        )
        name, mirror = next(line.split() for line in listed.stdout.splitlines() if " http" in line)
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}"]
        subprocess.run([*command, name, self.folder, mirror], check=True, stdout=subprocess.DEVNULL)
        # Nothing starts while packages are installed.
        policy = self.folder / "usr" / "sbin" / "policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        if Path(CERTIFICATES).exists():
            shutil.copy(CERTIFICATES, self.folder / CERTIFICATES[1:])

    def copy_to(self, folder: Path) -> "Machine":
        subprocess.run(["cp", "-a", self.folder, folder], check=True)
        return Machine(folder)

    def change_root(self, command: str) -> str:
        """Runs a command before the start, with the network."""
        inside = ["unshare", "--mount", "sh", "-c", CHANGE_ROOT, str(self.folder), command]
        return _run(inside, PIP_CERT=CERTIFICATES)

    def start(self) -> None:
        (self.folder / "usr" / "sbin" / "policy-rc.d").unlink(missing_ok=True)
        self.mailbox.mkdir()
        # Services of two machines must not meet in one group.
        self.group = _control_groups() / f"{self.folder.parent.name}-{self.folder.name}"
        self.group.mkdir()
        unshare = ["unshare", *SPACES, "--fork", "--kill-child", "bash", "-c", BOOT]
        process = subprocess.Popen(
            [
                "sh",
                "-c",
                'echo $$ >"$0/cgroup.procs" && exec "$@"',
                str(self.group),
                *unshare,
                str(self.folder),
            ],
            stdout=subprocess.DEVNULL,
        )
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not (found := children.read_text().split()):
            time.sleep(0.1)
        self.system = int(found[0])
        atexit.register(self.end)
        while Path(f"/proc/{self.system}/comm").read_text().strip() != "systemd":
            time.sleep(0.1)
        # It says "degraded" where it may not load modules into the kernel.
        self.run("until systemctl is-system-running | grep -E 'running|degraded'; do sleep 1; done")
        sink = Path(__file__).with_name("mailbox.py")
        command = [*self._enter("--net"), sys.executable, str(sink), str(self.mailbox)]
        self.sink = subprocess.Popen(command)

    def run(self, command: str, **environment: str) -> str:
        inside = ["--root", "--wdns=/", "sh", "-c", command]
        return _run([*self._enter(*SPACES), *inside], **environment)

    def visit(self, *arguments: str) -> str:
        """Runs visit.py with this machine's browser, in the other one's network."""
        command = [sys.executable, "-m", "tests.operate.visit", str(self.mailbox), *arguments]
        return _run([*self._enter("--net"), *command], **os.environ)

    def end(self) -> None:
        """Ends all its processes at once."""
        if self.system:
            self.sink.terminate()
            os.kill(self.system, signal.SIGKILL)
            while Path(f"/proc/{self.system}").exists():
                time.sleep(0.1)
            for folder, _folders, _files in os.walk(self.group, topdown=False):
                Path(folder).rmdir()
        self.system = 0

    def _enter(self, *spaces: str) -> list[str]:
        return ["nsenter", "--target", str(self.system), *spaces]


def _control_groups() -> Path:
    command = ["findmnt", "--noheadings", "--types", "cgroup2", "--output", "TARGET"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return Path(found.stdout.split()[0])


def _run(command: list[str], **environment: str) -> str:
    """What it prints. Raises RuntimeError with that if it fails."""
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        **environment,
    }
    done = subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-40:])
        raise RuntimeError(f"{command[-1]} ended with {done.returncode}:\n{end}")
    return done.stdout
