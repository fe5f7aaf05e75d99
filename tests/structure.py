"""How the code of a checkout is laid out, tests apart: `python -m tests.structure [CHECKOUT]`."""

import ast
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

LEFT_OUT = {"tests", "test", "migrations", "node_modules", "venv", "docs"}


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

    def _imported_by(self, module: str) -> Iterator[str]:
        """The names of all that it imports, and of what that may be a part of."""
        for node in ast.walk(self.trees[module]):
            if isinstance(node, ast.ImportFrom):
                source = self._source(module, node)
                for alias in node.names:
                    whole = f"{source}.{alias.name}".lstrip(".")
                    yield whole if whole in self.paths else source
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)

    def _source(self, module: str, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        is_package = self.paths[module].name == "__init__.py"
        parts = module.split(".")[: None if is_package and node.level == 1 else -node.level]
        return ".".join([*parts, node.module] if node.module else parts)

    def dependencies(self) -> dict[str, set[str]]:
        """The project's modules that each of them imports."""
        return {
            name: {one for one in self._imported_by(name) if one in self.paths} - {name}
            for name in self.trees
        }


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
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("checkout", nargs="?", default=".", type=Path)
    for line in report(Checkout(parser.parse_args().checkout)):
        print(line)


if __name__ == "__main__":
    main()
