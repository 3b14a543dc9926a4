"""The mutants of a source: each differs in one place, as a slip of the hand would."""

from __future__ import annotations

import ast
import copy
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_ATOMS = (ast.Constant, ast.Name, ast.Attribute, ast.Call, ast.List, ast.Set, ast.Dict, ast.Subscript)
_WORDS = frozenset({"detail", "help", "description", "frozen", "kw_only"})
"""Keywords for people and tools: the log's detail of an error, what a field is for, what a type checker holds us to."""
_BUILT_IN = frozenset({"frozenset", "tuple", "list", "set", "dict", "bool", "str"})
"""Classes of the language, which make of a value the same value."""
_FOR_TOOLS = frozenset({"__slots__", "__all__", "__test__", "log", "_log"})


class Mutant(NamedTuple):
    """One source with one fault."""

    line: int
    end: int
    """The last line of what is replaced, in the original."""
    reach: int
    """The first line of the statement around it: who runs the statement may notice."""
    function: str
    """The qualified name of the function or class around it; empty at the top."""
    before: str
    """The lines concerned, without their layout: with `function`, they name the mutant whatever moves around it."""
    after: str
    source: str
    defines: str = ""
    """The name that the statement gives a value to."""
    uses: tuple[int, ...] = ()
    """The lines that read that name."""


class _Edit(NamedTuple):
    node: ast.AST
    replacement: str


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module, in the order of their lines; none of them is the same program as another."""
    tree = ast.parse(source)
    text = source.encode()
    starts = _line_starts(text)
    named = _uses(tree)
    seen = {ast.dump(tree)}
    found = []
    for edit, function, statement in _walk(tree, "", tree.body[0] if tree.body else tree):
        begin, end = _span(edit.node, starts)
        mutated = (text[:begin] + edit.replacement.encode() + text[end:]).decode()
        try:
            shape = ast.dump(ast.parse(mutated))
        except SyntaxError:
            continue
        if shape in seen:
            continue
        seen.add(shape)
        first, last = edit.node.lineno, edit.node.end_lineno or edit.node.lineno  # type: ignore[attr-defined]
        head, tail = text[starts[first - 1] : begin], text[end : _line_end(text, end)]
        before = _plain(text[starts[first - 1] : _line_end(text, end)].decode())
        after = _plain((head + edit.replacement.encode() + tail).decode())
        around = getattr(statement, "lineno", first)
        defined = _defined(statement)
        uses = named[defined] if defined else ()
        found.append(Mutant(first, last, min(around, first), function, before, after, mutated, defined, uses))
    return sorted(found, key=lambda mutant: (mutant.line, mutant.after))


def _defined(statement: ast.AST) -> str:
    """The name that an assignment gives a value to; empty for anything else."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return ""


def _uses(tree: ast.AST) -> defaultdict[str, tuple[int, ...]]:
    """Where each name is read, as a name or an attribute."""
    found: defaultdict[str, tuple[int, ...]] = defaultdict(tuple)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
            found[node.attr if isinstance(node, ast.Attribute) else node.id] += (node.lineno,)
    return found


def _line_starts(text: bytes) -> list[int]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _line_end(text: bytes, position: int) -> int:
    end = text.find(b"\n", position)
    return len(text) if end < 0 else end


def _span(node: ast.AST, starts: list[int]) -> tuple[int, int]:
    begin = starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
    return begin, starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _walk(node: ast.AST, function: str, statement: ast.AST) -> Iterator[tuple[_Edit, str, ast.AST]]:
    """Every edit below a node, with the function and the statement that it lies in."""
    for name, child in _children(node):
        if _is_for_people(node, name, child):
            continue
        inner, around = function, child if isinstance(child, ast.stmt) else statement
        for edit in _edits(child, node, name):
            yield edit, function, around
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = f"{function}.{child.name}" if function else child.name
        yield from _walk(child, inner, around)


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                yield name, item


def _is_for_people(parent: ast.AST, name: str, node: ast.AST) -> bool:
    """Annotations, docstrings, logging, texts of errors: what they say decides nothing."""
    if name in {"annotation", "returns", "decorator_list", "type_params", "bases", "type"}:
        return True
    if isinstance(node, (ast.JoinedStr, ast.Assert, ast.Import, ast.ImportFrom)):
        return True  # 3.11 has no positions inside of f-strings; an assertion is the type checker's
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if _is_logging(node):
        return True
    if isinstance(node, ast.FunctionDef) and node.name == "__repr__":
        return True
    if (name := _defined(node)) in _FOR_TOOLS or name.endswith("_KEPT"):
        return True  # how much is kept is a measure of memory: what is forgotten is made again
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and "TypeVar(" in ast.unparse(node):
        return True
    if isinstance(node, ast.keyword) and node.arg in _WORDS:
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    return isinstance(parent, ast.Raise) and name == "cause"


def _is_logging(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and ast.unparse(node.value).startswith(("log.", "_log.", "self._log."))


def _edits(node: ast.AST, parent: ast.AST, field: str) -> Iterator[_Edit]:
    """The edits of one node itself."""
    if isinstance(node, ast.stmt):
        yield from _statements(node)
    elif isinstance(node, ast.ExceptHandler):
        yield from _handlers(node)
    elif isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BoolOp):
        yield from _bool_ops(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield _expression(node, node.operand)
    elif isinstance(node, ast.BinOp):
        yield from _arithmetic(node)
    elif isinstance(node, ast.Call):
        yield from _calls(node, parent)
    elif isinstance(node, (ast.Set, ast.List, ast.Tuple, ast.Dict)):
        yield from _members(node, parent, field)
    elif isinstance(node, ast.Slice):
        yield from _slices(node)
    elif isinstance(node, ast.Constant):
        yield from _constants(node, parent, field)
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield from _conditions(node.test, loops=isinstance(node, ast.While))
    if isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield from _conditions(test, loops=False)


def _expression(node: ast.expr, new: ast.expr) -> _Edit:
    text = ast.unparse(ast.fix_missing_locations(new))
    return _Edit(node, text if isinstance(new, _ATOMS) else f"({text})")


def _conditions(test: ast.expr, *, loops: bool) -> Iterator[_Edit]:
    if isinstance(test, ast.Constant):
        return
    if not _is_not(test) and not (isinstance(test, ast.Compare) and len(test.ops) == 1):
        yield _Edit(test, f"(not ({ast.unparse(test)}))")  # of those others, the operator itself has a mutant
    yield _Edit(test, "False")
    if not loops:
        yield _Edit(test, "True")


def _statements(node: ast.stmt) -> Iterator[_Edit]:
    match node:
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield _Edit(node, "pass")
        case ast.Raise() | ast.Break() | ast.Continue() | ast.Delete() | ast.AugAssign():
            yield _Edit(node, "pass")
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]):
            yield _Edit(node, "pass")
        case ast.AnnAssign(target=ast.Attribute(), value=ast.expr()):
            yield _Edit(node, "pass")
        case ast.Return(value=None):
            yield _Edit(node, "pass")
        case ast.Return(value=ast.expr()):
            yield _Edit(node, "return None")
            if isinstance(node.value, ast.Compare | ast.BoolOp) or _is_not(node.value):
                yield from _conditions(node.value, loops=False)  # type: ignore[arg-type]
        case ast.With() | ast.AsyncWith() if all(item.optional_vars is None for item in node.items):
            yield from _unguarded(node)
        case ast.Try(finalbody=[_, *_]):
            yield from _body_to_pass(node.finalbody)


def _is_not(node: ast.AST | None) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _unguarded(node: ast.With | ast.AsyncWith) -> Iterator[_Edit]:
    """The body without the lock, the suppression or the transaction around it."""
    plain = ast.If(test=ast.Constant(True), body=node.body, orelse=[])
    yield _Edit(node, _indented(ast.unparse(ast.fix_missing_locations(plain)), node.col_offset))


def _indented(text: str, columns: int) -> str:
    return text.replace("\n", "\n" + " " * columns)


def _body_to_pass(body: list[ast.stmt]) -> Iterator[_Edit]:
    yield _Edit(_Body(body), "pass")


class _Body(ast.AST):
    """Several statements as one node."""

    def __init__(self, body: list[ast.stmt]) -> None:
        super().__init__()
        self.lineno, self.col_offset = body[0].lineno, body[0].col_offset
        self.end_lineno, self.end_col_offset = body[-1].end_lineno, body[-1].end_col_offset


def _handlers(node: ast.ExceptHandler) -> Iterator[_Edit]:
    if not all(isinstance(statement, ast.Pass) or _is_logging(statement) for statement in node.body):
        yield from _body_to_pass(node.body)
    if not (len(node.body) == 1 and ast.unparse(node.body[0]) == "raise"):
        yield _Edit(_Body(node.body), "raise")
    if node.type is not None and ast.unparse(node.type) not in {"Exception", "BaseException"}:
        yield _Edit(node.type, "Exception")
    if isinstance(node.type, ast.Tuple):
        for member in node.type.elts:
            yield _expression(node.type, ast.Tuple([m for m in node.type.elts if m is not member], ast.Load()))


def _comparisons(node: ast.Compare) -> Iterator[_Edit]:
    for place, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            new = copy.deepcopy(node)
            new.ops[place] = other()
            yield _expression(node, new)


def _bool_ops(node: ast.BoolOp) -> Iterator[_Edit]:
    other: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield _expression(node, ast.BoolOp(other, node.values))
    for place in range(len(node.values)):
        left = node.values[:place] + node.values[place + 1 :]
        yield _expression(node, left[0] if len(left) == 1 else ast.BoolOp(node.op, left))


def _arithmetic(node: ast.BinOp) -> Iterator[_Edit]:
    if type(node.op) in _ARITHMETIC:
        yield _expression(node, ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right))


def _calls(node: ast.Call, parent: ast.AST) -> Iterator[_Edit]:
    if isinstance(node.func, ast.Name) and node.func.id in _TWINS:
        yield _expression(node, ast.Call(ast.Name(_TWINS[node.func.id]), node.args, node.keywords))
    for keyword in node.keywords:
        if keyword.arg not in _WORDS:
            left = [other for other in node.keywords if other is not keyword]
            yield _expression(node, ast.Call(node.func, node.args, left))
    alone = len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred)
    if alone and not _is_class(node.func) and not isinstance(parent, (ast.Raise, ast.Expr, ast.Await)):
        yield _expression(node, node.args[0])  # what is hidden by a digest, cleaned or copied stays as it came


def _members(node: ast.Set | ast.List | ast.Tuple | ast.Dict, parent: ast.AST, field: str) -> Iterator[_Edit]:
    if isinstance(node, ast.Dict):
        for place in range(len(node.keys)):
            keys, values = list(node.keys), list(node.values)
            del keys[place], values[place]
            yield _expression(node, ast.Dict(keys, values))
        return
    is_value = isinstance(node, ast.Set) or isinstance(node.ctx, ast.Load)
    if not is_value or isinstance(parent, (ast.Subscript, ast.ExceptHandler, ast.For, ast.comprehension)):
        return
    if isinstance(parent, ast.Return) and isinstance(node, ast.Tuple):
        return  # a pair that somebody takes apart: no member of it can be missed unnoticed
    if field == "value" and isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Tuple):
        return
    for member in node.elts:
        left = [other for other in node.elts if other is not member]
        if isinstance(node, ast.Set):
            new: ast.expr = ast.Set(left) if left else ast.Call(ast.Name("set"), [], [])
        else:
            new = type(node)(left, ast.Load())
        yield _expression(node, new)


def _slices(node: ast.Slice) -> Iterator[_Edit]:
    if node.lower is not None:
        yield _Edit(node, ast.unparse(ast.Slice(None, node.upper, node.step)))
    if node.upper is not None:
        yield _Edit(node, ast.unparse(ast.Slice(node.lower, None, node.step)))


def _constants(node: ast.Constant, parent: ast.AST, field: str) -> Iterator[_Edit]:
    value = node.value
    if isinstance(value, bool):
        yield _Edit(node, repr(not value))
    elif isinstance(value, (int, float)):
        yield _Edit(node, repr(value + 1))
        if value:
            yield _Edit(node, repr(value - 1))
    elif isinstance(value, (str, bytes)) and value and not _is_message(parent):
        yield _Edit(node, repr(type(value)()))


def _is_message(parent: ast.AST) -> bool:
    """Whether a text may be what an error says: it is given to a class."""
    return isinstance(parent, ast.Call) and _is_class(parent.func)


def _is_class(node: ast.expr) -> bool:
    name = ast.unparse(node).rpartition(".")[2]
    return name in _BUILT_IN or (name[:1].isupper() and not name.isupper())
