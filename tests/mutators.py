"""Mutants of a module: each is one change of one place of its text.

As in mutmut and Cosmic Ray: operators, constants, conditions, lookups of queries, arguments that
are dropped. Words for people, declarations of fields and what serves the type checker stay.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

SWAPS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
}
LOOKUPS = {"lt": "lte", "lte": "lt", "gt": "gte", "gte": "gt"}
CONDITIONS = {"filter", "exclude", "get", "Q", "When"}
# Words for people, the order of rows, and what only a migration changes.
LEFT_ALONE = {"ordering", "indexes", "verbose_name", "verbose_name_plural", "__all__"}
WORDS = {"_", "gettext", "ngettext", "debug", "info", "warning", "error", "exception", "log"}


@dataclass(frozen=True)
class Mutant:
    """One change of one place; offsets are characters of the module's text."""

    path: str
    start: int
    end: int
    text: str

    def apply(self, source: str) -> str:
        return source[: self.start] + self.text + source[self.end :]

    def line(self, source: str) -> int:
        return source.count("\n", 0, self.start) + 1

    def key(self, source: str) -> tuple[str, str, str]:
        """Path and changed lines, before and after: what an explanation names it by."""
        first = source.rfind("\n", 0, self.start) + 1
        last = source.find("\n", self.end)
        before, after = source[first:last], source[first : self.start] + self.text
        after += source[self.end : last]
        return self.path, " ".join(before.split()), " ".join(after.split())


class Mutator(ast.NodeVisitor):
    """Finds the places of a module that can be changed, and each change of them."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source
        self.lines = [0]
        for line in source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.found: list[Mutant] = []
        self.returns: list[str] = []
        self.visit(ast.parse(source))

    def offset(self, line: int, column: int) -> int:
        """Columns of the parser are bytes of UTF-8."""
        begin = self.lines[line - 1]
        encoded = self.source[begin : self.lines[line]].encode()
        return begin + len(encoded[:column].decode())

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        end = self.offset(node.end_lineno, node.end_col_offset)
        return self.offset(node.lineno, node.col_offset), end

    def add(self, start: int, end: int, text: str) -> None:
        mutant = Mutant(self.path, start, end, text)
        try:
            compile(mutant.apply(self.source), self.path, "exec")
        except SyntaxError:
            return
        self.found.append(mutant)

    def replace(self, node: ast.expr | ast.stmt, text: str) -> None:
        self.add(*self.span(node), text)

    def text(self, node: ast.expr) -> str:
        start, end = self.span(node)
        return self.source[start:end]

    def swap(self, operator: ast.AST, left: ast.expr, right: ast.expr) -> None:
        if type(operator) not in SWAPS:
            return
        before, after = SWAPS[type(operator)]
        start, end = self.span(left)[1], self.span(right)[0]
        words = re.escape(before).replace(r"\ ", r"\s+")
        if match := re.search(words, self.source[start:end]):
            self.add(start + match.start(), start + match.end(), after)

    def drop_each(self, nodes: Sequence[ast.expr | ast.keyword]) -> None:
        """One of several that are separated by a comma or an operator."""
        spans = sorted(map(self.span, nodes))
        for place, (start, end) in enumerate(spans):
            if place + 1 < len(spans):
                self.add(start, spans[place + 1][0], "")
            else:
                self.add(spans[place - 1][1] if place else start, end, "")

    def negate(self, test: ast.expr) -> None:
        if not isinstance(test, ast.Compare | ast.UnaryOp):  # these have a change of their own
            self.replace(test, f"not ({self.text(test)})")

    # Left alone ------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name in ("__str__", "__repr__"):
            return
        self.returns.append(ast.unparse(node.returns) if node.returns else "")
        for part in [*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body]:
            self.visit(part)
        self.returns.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        if not names & LEFT_ALONE:
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Messages; that it is raised at all is a matter of the condition before it."""

    def visit_Assert(self, node: ast.Assert) -> None:
        """For the type checker."""

    # Changed ---------------------------------------------------------------------------------

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            self.swap(operator, left, right)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.swap(node.op, left, right)
        self.drop_each(node.values)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        sides = (node.left, node.right)
        is_text = any(isinstance(side, ast.JoinedStr | ast.List) for side in sides)
        are_types = all(re.match("[A-Z]\\w*$|None$", self.text(side)) for side in sides)
        if not is_text and not are_types:
            self.swap(node.op, *sides)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.Invert):
            self.replace(node, self.text(node.operand))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self.replace(node, str(not node.value))
        elif isinstance(node.value, int):
            self.replace(node, str(node.value + 1))
            self.replace(node, str(node.value - 1))

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.body[-1], ast.Raise | ast.Return | ast.Continue):
            self.replace(node.test, "False")
        else:
            self.negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self.replace(test, "True")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value and self.returns[-1] == "bool":
            self.negate(node.value)
        elif node.value and self.returns[-1] == "Q":
            self.replace(node.value, f"~({self.text(node.value)})")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call) and self.name_of(node.value) not in WORDS:
            self.replace(node, "pass")
        self.generic_visit(node)

    def visit_List(self, node: ast.List | ast.Set) -> None:
        if len(node.elts) > 1:
            self.drop_each(node.elts)
        self.generic_visit(node)

    visit_Set = visit_List

    def visit_Tuple(self, node: ast.Tuple) -> None:
        if len(node.elts) > 2 and self.text(node).startswith("("):
            self.drop_each(node.elts)
        self.generic_visit(node)

    def name_of(self, node: ast.Call) -> str:
        called = node.func
        return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")

    def visit_Call(self, node: ast.Call) -> None:
        name = self.name_of(node)
        if name in WORDS or name.endswith("Field") or name in ("ForeignKey", "record_history"):
            return
        if name in CONDITIONS:
            self.drop_each([*node.args, *node.keywords])
            for keyword in node.keywords:
                lookup = (keyword.arg or "").rpartition("__")[2]
                if lookup in LOOKUPS:
                    end = self.span(keyword)[0] + len(keyword.arg or "")
                    self.add(end - len(lookup), end, LOOKUPS[lookup])
        if name in ("filter", "exclude") and isinstance(node.func, ast.Attribute):
            end = self.span(node.func)[1]
            self.add(end - len(name), end, "exclude" if name == "filter" else "filter")
        self.generic_visit(node)


def mutants_of(path: str, source: str) -> list[Mutant]:
    """Every mutant of a module, which has this text."""
    return list(dict.fromkeys(Mutator(path, source).found))
