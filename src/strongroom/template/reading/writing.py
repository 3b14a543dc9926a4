"""Nodes as texts, for error texts (p)."""

from __future__ import annotations

from typing import assert_never

from strongroom.template.formatting.quoting import quoted
from strongroom.template.reading import nodes


def written(node: nodes.Operand | nodes.Command | nodes.Action | nodes.Invocation) -> str:
    """A node in one way of writing it."""
    match node:
        case nodes.Dot():
            return "."
        case nodes.Nil():
            return "nil"
        case nodes.Truth():
            return "true" if node.value else "false"
        case nodes.Text():
            return node.quoted
        case nodes.NumberLiteral():
            return node.spelled
        case nodes.Identifier():
            return node.name
        case nodes.Field():
            return "".join(f".{name}" for name in node.names)
        case nodes.Variable():
            return ".".join(node.names)
        case nodes.Chain():
            return _operand(node.term) + "".join(f".{name}" for name in node.names)
        case nodes.Command():
            return " ".join(map(_operand, node.operands))
        case nodes.Pipeline():
            return _pipeline(node)
        case nodes.Action():
            return f"{{{{{_pipeline(node.pipeline)}}}}}"
        case nodes.Invocation():
            pipeline = "" if node.pipeline is None else f" {_pipeline(node.pipeline)}"
            return f"{{{{template {quoted(node.name)}{pipeline}}}}}"
        case _:
            assert_never(node)


def _pipeline(node: nodes.Pipeline) -> str:
    commands = " | ".join(map(written, node.commands))
    if not node.variables:
        return commands
    variables = ", ".join(map(written, node.variables))
    return f"{variables} {'=' if node.assigns else ':='} {commands}"


def _operand(node: nodes.Operand) -> str:
    return f"({_pipeline(node)})" if isinstance(node, nodes.Pipeline) else written(node)
