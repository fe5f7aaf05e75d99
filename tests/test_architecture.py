"""The arrow between the apps, and the other habits that a program can check."""

import ast
import functools
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.structure import Checkout, cycles

ROOT = Path(__file__).resolve().parent.parent
# Each app may import from itself and from those after it.
ARROW = ["outcomes", "participants", "roundtable"]
# A capability, its pages too, may use those before it, and nothing after it.
CAPABILITIES = {
    "roundtable": [
        "roundtable",
        "roundtable.database",
        "roundtable.text",
        "roundtable.audit",
        "roundtable.workers",
        "roundtable.mail",
        "roundtable.history",
        "roundtable.web",
        "roundtable.uploads",
        "roundtable.cache",
        "roundtable.filters",
        "roundtable.monitoring",
        "roundtable.backups",
    ],
    "participants": [
        "participants.models",
        "participants",
        "participants.decisions",
        "participants.email_links",
        "participants.accounts",
        "participants.privacy",
        "participants.directory",
        "participants.introductions",
        "participants.proposals",
        "participants.participation",
        "participants.onboarding",
        "participants.organisations",
        "participants.privacy.personal_data",
    ],
    "outcomes": [
        "outcomes.models",
        "outcomes.datasets",
        "outcomes.sources",
        "outcomes.evidence",
        "outcomes.reporting",
        "outcomes.commitments",
        "outcomes.contributions",
        "outcomes.statements",
        "outcomes.changes",
        "outcomes.imports.readers",
        "outcomes.imports.records",
        "outcomes.imports.workbook",
        "outcomes.imports",
        "outcomes.duplicates",
        "outcomes.organisations",
        "outcomes.demo",
        "outcomes.search",
        "outcomes.data_protection",
        "outcomes.exports",
        "outcomes.api",
        "outcomes.site",
        "outcomes",
    ],
}
# The pages beside the capabilities put these together.
PAGES = ("admin", "forms", "filters", "views", "urls")
# What would tie a file to one machine.
PLACES = ["/" + "home/", "/" + "root/", "/" + "work/", "/" + "Users/", "C:" + "\\"]


def files(pattern: str = "*.py") -> list[Path]:
    """The files that git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert found
    return [path for path in found if path.is_file()]


def modules_of(app: str) -> list[Path]:
    """The app's own modules."""
    found = [path for path in files() if path.relative_to(ROOT).parts[0] == app]
    assert found, app
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def imports_of(path: Path) -> set[str]:
    """The names of the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno} imports relatively"
            found.add(node.module or "")
    return found


@functools.cache
def dependencies() -> dict[str, set[str]]:
    """The project's modules that each of them imports."""
    return Checkout(ROOT).dependencies()


def apps_imported(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports_of(path)} & {*ARROW, "tests", "deploy"}


@pytest.mark.parametrize("app", ARROW)
def test_apps_import_in_one_direction(app: str) -> None:
    allowed = set(ARROW[ARROW.index(app) :])
    for path in modules_of(app):
        assert apps_imported(path) <= allowed, name_of(path)


@pytest.mark.parametrize("app", ARROW)
def test_migrations_depend_in_one_direction(app: str) -> None:
    above = ARROW[: ARROW.index(app)]
    for path in modules_of(app):
        if "migrations" in path.parts:
            text = path.read_text()
            assert not [name for name in above if f"'{name}'" in text or f'"{name}"' in text]


@pytest.mark.parametrize(
    ("name", "strings"),
    [
        ("settings.py", {"participants", "outcomes"}),
        ("urls.py", {"participants.urls", "outcomes.urls"}),
    ],
)
def test_composition_names_other_apps_as_strings(name: str, strings: set[str]) -> None:
    path = ROOT / "roundtable" / name
    assert apps_imported(path) <= {"roundtable"}
    constants = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Constant)]
    assert strings <= {str(constant.value) for constant in constants}


def test_no_module_imports_itself_by_a_way_round() -> None:
    assert cycles(dependencies()) == []


# Modules beside the capabilities that put these together, or show what several hold.
COMPOSITION = {
    "outcomes.todo",
    "roundtable.apps",
    "roundtable.checks",
    "roundtable.models",
    "roundtable.settings",
    "roundtable.wsgi",
}
COMPOSING_FOLDERS = {"admin_base", "management", "templatetags"}


def puts_together(module: str, app: str) -> bool:
    """Whether a module beside the capabilities may use them."""
    parts = module.split(".")
    is_page = parts[-1].split("_")[-1] in PAGES or bool(COMPOSING_FOLDERS & set(parts))
    return capability_of(module, app) == app and (is_page or module in COMPOSITION)


def capability_of(module: str, app: str) -> str:
    folders = [name for name in CAPABILITIES[app] if f"{module}.".startswith(f"{name}.")]
    return max(folders, key=len)


@pytest.mark.parametrize("app", CAPABILITIES)
def test_capabilities_use_each_other_in_one_direction(app: str) -> None:
    order = CAPABILITIES[app]
    for module, imported in dependencies().items():
        if module.split(".")[0] != app or puts_together(module, app):
            continue
        own = order.index(capability_of(module, app))
        for name in imported:
            if name.split(".")[0] == app:
                assert order.index(capability_of(name, app)) <= own, f"{module} uses {name}"


def test_no_signals_and_no_service_classes() -> None:
    for app in ARROW:
        for path in modules_of(app):
            assert "django.dispatch" not in imports_of(path), name_of(path)
            assert path.stem not in ("signals", "services", "helpers", "utils"), name_of(path)


def test_people_are_changed_row_by_row() -> None:
    """PersonModel.write() is the only way, because a query reads nothing anew."""
    query = re.compile(r"\b(Delegate|User)\.(objects|_base_manager)\b[^\n]*\.(bulk_)?update\(")
    for app in ARROW:
        for path in modules_of(app):
            assert not query.search(path.read_text()), name_of(path)


def test_no_file_contains_machine_paths() -> None:
    for path in files("*"):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        assert not [place for place in PLACES if place in text], name_of(path)


def test_no_test_limits_how_long_a_machine_takes() -> None:
    limit = re.compile(r"[t]imeout=[^,)]*[1-9]|[s]ettimeout\(\d|[m]onotonic\(\) \+ \d")
    found = {
        f"{name_of(path)}: {line.strip()}"
        for path in files("tests/*.py")
        if path.name.startswith("test_") or path.name == "processes.py"
        for line in path.read_text().splitlines()
        if limit.search(line)
    }
    assert found == set()


def test_internals_of_allauth_have_one_home() -> None:
    found = {
        name_of(path)
        for app in ARROW
        for path in modules_of(app)
        if any(name.startswith("allauth.") and ".internal" in name for name in imports_of(path))
    }
    assert found == {"roundtable/allauth_compat.py"}
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (allauth,) = (name for name in declared if name.startswith("django-allauth"))
    assert re.search(r"<65\.\d+$", allauth), "its internals may change"


def test_cells_of_spreadsheets_have_one_writer() -> None:
    """Another one could write a text that programs read as a formula."""
    writes = re.compile(r"csv\.writer|DictWriter|WriteOnlyCell\(|\.cell\(")
    found = {
        name_of(path)
        for app in ARROW
        for path in modules_of(app)
        if writes.search(path.read_text())
    }
    assert found == {"roundtable/text/spreadsheets.py"}
