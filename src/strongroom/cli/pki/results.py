"""Results that have no envelope of the API, in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strongroom.cli import render
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation


def show(call: Invocation, document: dict[str, Any], table: Callable[[], str]) -> None:
    """Print a result.

    Args:
        call: says the format.
        document: what JSON and YAML hold.
        table: what people get.

    Raises: `Failure`
    """
    match call.form:
        case "table":
            if shown := table():
                call.terminal.out(shown)
        case "json":
            call.terminal.out(render.document(document, call.form))
        case "yaml" | "yml":
            call.terminal.out(render.document(document, call.form) + "\n")
        case _:
            raise Failure(f"-format={call.form} isn't one of table, json and yaml")
