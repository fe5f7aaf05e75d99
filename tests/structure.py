"""Measures how the code of a checkout is laid out, tests and migrations apart.

    python -m tests.structure [CHECKOUT]
    python -m tests.structure [CHECKOUT] --walk outcomes.reporting.views:report ...

A walk follows what each function uses of the project's own, in the order of its lines, and counts
the folders that a reader enters and how often they return to one that they had left.
"""

import ast
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

LEFT_OUT = {"tests", "test", "migrations", "node_modules", "venv", "docs"}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def is_measured(path: Path) -> bool:
    folders = set(path.parts[:-1])
    hidden = any(part.startswith(".") for part in folders)
    is_test = path.name.startswith("test_") or path.name in ("tests.py", "conftest.py")
    return not hidden and not is_test and not folders & LEFT_OUT


class Checkout:
    """The modules of a checkout, by their dotted names."""

    def __init__(self, root: Path) -> None:
        self.paths: dict[str, Path] = {}
        self.trees: dict[str, ast.Module] = {}
        self.lines = 0
        for path in sorted(root.rglob("*.py")):
            relative = path.relative_to(root)
            if not is_measured(relative):
                continue
            text = path.read_text("utf-8")
            name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
            self.paths[name] = relative
            self.trees[name] = ast.parse(text)
            self.lines += text.count("\n")
        self.imports = {name: self._names_in(name) for name in self.trees}

    def _names_in(self, module: str) -> dict[str, tuple[str, str]]:
        """What each imported name refers to: a module, and a name in it or none."""
        found = {}
        for node in ast.walk(self.trees[module]):
            if isinstance(node, ast.ImportFrom):
                source = self._source(module, node)
                for alias in node.names:
                    whole = f"{source}.{alias.name}".lstrip(".")
                    target = (whole, "") if whole in self.paths else (source, alias.name)
                    if target[0] in self.paths:
                        found[alias.asname or alias.name] = target
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name in self.paths:
                        found[alias.asname or alias.name] = (alias.name, "")
        return found

    def _source(self, module: str, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        is_package = self.paths[module].name == "__init__.py"
        parts = module.split(".")[: None if is_package and node.level == 1 else -node.level]
        return ".".join([*parts, node.module] if node.module else parts)

    def dependencies(self) -> dict[str, set[str]]:
        return {
            name: {target for target, _ in names.values()} - {name}
            for name, names in self.imports.items()
        }

    def definition(self, module: str, name: str) -> tuple[str, Definition] | None:
        """Where a name is defined, through the modules that only pass it on."""
        for node in self.trees[module].body:
            if isinstance(node, Definition) and node.name == name:
                return module, node
        target = self.imports[module].get(name)
        if target and target[1] and target[0] != module:
            return self.definition(*target)
        return None

    def used_by(self, module: str, node: ast.AST) -> Iterator[tuple[str, Definition]]:
        """The definitions that a function or class uses, in the order of its lines."""
        names = [n for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute)]
        for used in sorted(names, key=lambda n: (n.lineno, n.col_offset)):
            found = None
            if isinstance(used, ast.Name):
                found = self.definition(module, used.id)
            elif isinstance(used.value, ast.Name):
                target = self.imports[module].get(used.value.id)
                if target and not target[1]:
                    found = self.definition(target[0], used.attr)
            if found:
                yield found


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other, directly or by a way round."""

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for name in edges[waiting.pop()] - seen:
                seen.add(name)
                waiting.append(name)
        return seen

    reached = {name: reach(name) for name in edges}
    groups = {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in edges
        if name in reached[name]
    }
    return [list(group) for group in sorted(groups)]


@dataclass(frozen=True)
class Walk:
    """What a reader opens on the way, and how often they return to a place that they had left."""

    definitions: int
    files: int
    returns_to_files: int
    folders: int
    returns_to_folders: int


def walk(checkout: Checkout, entries: list[str]) -> Walk:
    files: list[Path] = []
    opened: set[tuple[str, str]] = set()

    def follow(module: str, node: Definition) -> None:
        if (module, node.name) in opened:
            return
        opened.add((module, node.name))
        files.append(checkout.paths[module])
        for found_in, found in checkout.used_by(module, node):
            follow(found_in, found)

    for entry in entries:
        module, _, name = entry.partition(":")
        found = checkout.definition(module, name)
        if found is None:
            sys.exit(f"{entry} is not there.")
        follow(*found)
    folders = [path.parent for path in files]
    return Walk(len(opened), len(set(files)), returns(files), len(set(folders)), returns(folders))


def returns(places: list[Path]) -> int:
    moves = [here for before, here in pairwise([Path("."), *places]) if here != before]
    return len(moves) - len(set(moves))


def report(checkout: Checkout) -> Iterator[str]:
    edges = checkout.dependencies()
    importers = Counter(target for targets in edges.values() for target in targets)
    folders = Counter(
        str(path.parent) for path in checkout.paths.values() if path.name != "__init__.py"
    )
    names = Counter(path.name for path in checkout.paths.values() if path.name != "__init__.py")
    gerunds = [name for name in checkout.paths if name.rpartition(".")[2].endswith("ing")]
    fullest = ", ".join(f"{number} in {folder}" for folder, number in folders.most_common(2))
    yield f"lines / files               {checkout.lines:,} / {len(checkout.paths)}"
    yield f"most modules in one folder  {fullest}"
    yield f"modules named *ing          {len(gerunds)} of {len(checkout.paths)}"
    yield f"imported by exactly one     {sum(n == 1 for n in importers.values())}"
    yield f"names of more than one file {sum(n > 1 for n in names.values())}"
    yield f"cycles of modules           {len(cycles(edges))}"


def main() -> None:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", nargs="?", default=".", type=Path)
    parser.add_argument("--walk", nargs="+", metavar="MODULE:NAME", default=[])
    options = parser.parse_args()
    checkout = Checkout(options.checkout)
    for line in report(checkout):
        print(line)
    if options.walk:
        found = walk(checkout, options.walk)
        print(
            f"walk                        {found.definitions} definitions in {found.files} files, "
            f"{found.returns_to_files} returns to a file; {found.folders} folders, "
            f"{found.returns_to_folders} returns to a folder"
        )


if __name__ == "__main__":
    main()
