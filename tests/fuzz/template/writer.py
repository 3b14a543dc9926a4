"""Writes random templates: most can be read, and some can be executed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

FIELDS = (
    *(".i", ".z", ".neg", ".f", ".s", ".e", ".u", ".t", ".no", ".nil", ".l", ".el", ".m", ".em", ".num", ".by", ".sm"),
    *(".uni", ".missing", ".m.a", ".m.c", ".m.c.d", ".m.n", ".m.zz", ".sm.k", ".sm.zz", ".i.x", ".s.x", ".missing.x"),
    *(".m.n.x", ".sec.LeaseID", ".sec.Data", ".sec.Data.pw", ".sec.Auth", ".sec.Zip", ".x", ".y.z", "$", "$.m", "$.l"),
)
LITERALS = (
    *("0", "1", "2", "-1", "3", "1.5", "'a'", '"a"', '"text"', '""', "`r`", "true", "false", "nil", "0x10", "1e2"),
    *('"%d"', '"%v %v"', '"%q"', '"b"', '"é"', "99999999999999999999", "9223372036854775808"),
)
FUNCTIONS = (
    *("print", "println", "printf", "len", "index", "slice", "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not"),
    *("html", "js", "urlquery", "text", "two", "many", "flag", "thing", "none", "anys", "data", "list", "fail", "call"),
)
LOOPED = (".l", ".m", ".sm", "3", ".u", ".el", ".by", "list 1 2", ".m.c")
DAMAGE = ("{{", "}}", "(", ")", "|", '"', "$", "end", "{{end}}", "{{else}}", ".", ",", ":=", "\n", "\x00", "\udcff")
MISSING = ("default", "zero", "error")
_ARGUMENTS = {"ne": 2, "lt": 2, "le": 2, "gt": 2, "ge": 2, "len": 1, "not": 1, "index": 2, "slice": 2, "eq": 2}


class Writer:
    """Writes with the chance it is given.

    Args:
        functions: what it calls besides those of `FUNCTIONS`.
    """

    def __init__(self, random: Random, functions: Sequence[str] = ()) -> None:
        self._random = random
        self._functions = (*FUNCTIONS, *functions)

    def template(self) -> str:
        """A whole template, damaged at times."""
        text = self._body(3, (), in_range=False)
        if self._chance(0.5):
            text = '{{define "d"}}' + self._body(1, (), in_range=False).replace('"d"', '"none"') + "{{end}}" + text
        if self._chance(0.1):
            at = self._random.randrange(len(text) + 1)
            text = text[:at] + self._random.choice(DAMAGE) + text[at + self._random.randint(0, 2) :]
        return text

    def _chance(self, of: float) -> bool:
        return self._random.random() < of

    def _body(self, depth: int, variables: tuple[str, ...], *, in_range: bool) -> str:
        text = ""
        for _ in range(self._random.randint(1, 3)):
            kind = self._random.choice("aaaatddsibrrbj" if depth else "aaaattdds")
            match kind:
                case "a":
                    text += self._action(self._pipeline(2, variables))
                case "t":
                    text += self._random.choice(("x", " a \n", "é\n\n", "  "))
                case "d":
                    name = self._random.choice(("$a", "$b", "$c"))
                    text += self._action(f"{name} := {self._pipeline(1, variables)}")
                    variables = (*variables, name)
                case "s" if variables:
                    text += self._action(f"{self._random.choice(variables)} = {self._pipeline(1, variables)}")
                case "i" | "b":
                    text += self._branch(depth, variables, in_range=in_range)
                case "r":
                    text += self._range(depth, variables, in_range=in_range)
                case "j" if in_range:
                    text += self._action(self._random.choice(("break", "continue")))
                case "j":
                    argument = self._random.choice(("", self._pipeline(1, variables)))
                    text += self._action(f"template {self._random.choice(('`d`', '`none`'))} {argument}")
        return text

    def _action(self, inside: str) -> str:
        left = self._random.choice(("", "", "- ", " ", "\n"))
        return "{{" + left + inside + self._random.choice(("", " ", "", " -")) + "}}"

    def _branch(self, depth: int, variables: tuple[str, ...], *, in_range: bool) -> str:
        word, condition = self._random.choice(("if", "with")), self._pipeline(1, variables)
        if self._chance(0.2):
            condition, variables = f"$d := {condition}", (*variables, "$d")
        text = self._action(f"{word} {condition}") + self._body(depth - 1, variables, in_range=in_range)
        if self._chance(0.3):
            text += self._action(f"else {word} {self._pipeline(1, variables)}")
            text += self._body(depth - 1, variables, in_range=in_range)
        if self._chance(0.5):
            text += self._action("else") + self._body(depth - 1, variables, in_range=in_range)
        return text + self._action("end")

    def _range(self, depth: int, variables: tuple[str, ...], *, in_range: bool) -> str:
        looped, outer = self._random.choice((*LOOPED, self._pipeline(1, variables))), variables
        declared = self._random.choice(((), (), ("$e",), ("$i", "$e")))
        if declared:
            looped, variables = f"{', '.join(declared)} := {looped}", (*variables, *declared)
        text = self._action(f"range {looped}") + self._body(depth - 1, variables, in_range=True)
        if self._chance(0.3):
            text += self._action("else") + self._body(depth - 1, outer, in_range=in_range)
        return text + self._action("end")

    def _pipeline(self, depth: int, variables: tuple[str, ...]) -> str:
        return " | ".join(self._command(depth, variables) for _ in range(self._random.choice((1, 1, 1, 2, 3))))

    def _command(self, depth: int, variables: tuple[str, ...]) -> str:
        if self._chance(0.35):
            return " ".join(self._operand(depth, variables) for _ in range(1 + self._chance(0.07)))
        name = self._random.choice(self._functions)
        count = self._random.randint(0, 3) if self._chance(0.2) else _ARGUMENTS.get(name, self._random.randint(0, 3))
        return " ".join((name, *(self._operand(depth, variables) for _ in range(count))))

    def _operand(self, depth: int, variables: tuple[str, ...]) -> str:
        kind = self._random.choice("lllfffvppn")
        if kind == "v" and variables:
            return self._random.choice(variables) + self._random.choice(("", "", ".a", ".x"))
        if kind == "p" and depth:
            return f"({self._pipeline(depth - 1, variables)}){self._random.choice(('', '', '', '.a', '.c.d'))}"
        if kind == "n":
            return self._random.choice((".", *self._functions))
        return self._random.choice(LITERALS if kind == "l" else FIELDS)
