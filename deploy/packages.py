"""The packages of requirements.txt: a list for programs, and a look-up of their known holes.

python -m deploy.packages sbom     writes sbom.json (CycloneDX)
python -m deploy.packages audit    fails if a hole is known, or if nothing could be looked up
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
SBOM = ROOT / "sbom.json"
UV = str(Path(sys.executable).parent / "uv")
# Such as: tablib[xlsx]==3.10.0 ; sys_platform == 'win32' \
PIN = re.compile(
    r"(?m)^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]+\])?==(?P<version>[^\s;]+)"
    r"(?: ; (?P<marker>.+?))? \\$"
)


def sbom(requirements: str) -> dict[str, Any]:
    """The same for the same packages, so that git shows what changed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    components = []
    for pin in PIN.finditer(requirements):
        purl = f"pkg:pypi/{pin['name']}@{pin['version']}"
        component = {
            "type": "library",
            "bom-ref": purl,
            "name": pin["name"],
            "version": pin["version"],
            "purl": purl,
        }
        if pin["marker"]:  # not installed everywhere
            component["scope"] = "optional"
        components.append(component)
    content = json.dumps(components)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": project["name"],
                "name": project["name"],
                "version": project["version"],
            }
        },
        "components": components,
    }


def audit(requirements: str, uv: str = UV) -> str:
    """Why the packages are not known to be safe, in one sentence; empty if they are."""
    pins = [
        f"{pin['name']}=={pin['version']}" + (f" ; {pin['marker']}" if pin["marker"] else "")
        for pin in PIN.finditer(requirements)
    ]
    if not pins:
        return "requirements.txt names no package, so nothing was looked up."
    project = "[project]\nname = 'locked'\nversion = '0'\nrequires-python = '>=3.11'\n"
    with tempfile.TemporaryDirectory(prefix="roundtable-audit-") as folder:
        # uv looks up a project, not a list.
        path = Path(folder, "pyproject.toml")
        path.write_text(f"{project}dependencies = {json.dumps(pins)}\n", encoding="utf-8")
        code = subprocess.run([uv, "audit"], cwd=folder, check=False).returncode
    if code == 1:
        return "Known holes were found: raise the versions with make lock."
    if code:
        return "The packages could not be looked up, so nothing is known about them."
    return ""


def main(what: str) -> None:
    requirements = REQUIREMENTS.read_text(encoding="utf-8")
    if what == "sbom":
        text = json.dumps(sbom(requirements), indent=2)
        SBOM.write_text(f"{text}\n", encoding="utf-8")
    elif problem := audit(requirements):
        sys.exit(problem)


if __name__ == "__main__":
    main(*sys.argv[1:])
