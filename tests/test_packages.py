"""The list of packages for programs, and the look-up of their known holes."""

import json
import re
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy import packages
from tests.conftest import ROOT

TWO = """\
# a comment
django[argon2]==5.2.1 \\
    --hash=sha256:00
    # via roundtable (pyproject.toml)
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:01
"""


def test_list_of_packages_names_what_is_installed() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pinned = sorted(re.sub(r"\[.*\]", "", line.split()[0]) for line in lines if line[:1].isalnum())
    listed = json.loads((ROOT / "sbom.json").read_text())
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.5")
    assert sorted(f"{one['name']}=={one['version']}" for one in listed["components"]) == pinned
    assert len({one["bom-ref"] for one in listed["components"]}) == len(pinned) > 30


def test_each_lock_pins_the_extras_that_packages_ask_for() -> None:
    """Or pip takes the newest release of such a package, which has no hash here."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [one for one in (ROOT / name).read_text().splitlines() if one[:1].isalnum()]
        pins = {pin.name: pin for pin in (Requirement(line.rstrip(" \\")) for line in lines)}
        asked = [
            (pins[canonicalize_name(one.name)].extras, one)
            for package in distributions()
            if canonicalize_name(package.name) in pins
            for one in map(Requirement, package.requires or ())
            if one.extras
            and canonicalize_name(one.name) in pins
            and (one.marker is None or one.marker.evaluate())
        ]
        assert len(asked) >= 1
        assert [one for extras, one in asked if not one.extras <= extras] == []


def test_list_of_packages_has_their_addresses() -> None:
    assert packages.sbom(TWO)["components"] == [
        {
            "type": "library",
            "bom-ref": "pkg:pypi/django@5.2.1",
            "name": "django",
            "version": "5.2.1",
            "purl": "pkg:pypi/django@5.2.1",
        },
        {
            "type": "library",
            "bom-ref": "pkg:pypi/colorama@0.4.6",
            "name": "colorama",
            "version": "0.4.6",
            "purl": "pkg:pypi/colorama@0.4.6",
            "scope": "optional",
        },
    ]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (0, ""),
        (1, "Known holes were found: raise the versions with make lock."),
        (2, "The packages could not be looked up, so nothing is known about them."),
    ],
)
def test_audit_fails_if_nothing_could_be_looked_up(
    tmp_path: Path, code: int, sentence: str
) -> None:
    program = tmp_path / "uv"
    program.write_text(f'#!/bin/sh\ncat pyproject.toml >"{tmp_path}/asked"\nexit {code}\n')
    program.chmod(0o700)
    assert packages.audit(TWO, str(program)) == sentence
    asked = (tmp_path / "asked").read_text()
    assert '["django==5.2.1", "colorama==0.4.6 ; sys_platform == \'win32\'"]' in asked


def test_audit_of_no_package_fails() -> None:
    assert packages.audit("# nothing\n") != ""
