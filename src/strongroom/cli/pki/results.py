"""Results that have no envelope of the API, in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strongroom.cli import render
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation


def show(call: Invocation, document: dict[str, Any], table: Callable[[], str], complaint: str = "") -> None:
    """Print a result.

    Args:
        call: says the format.
        document: what JSON and YAML hold.
        table: what people get.
        complaint: what comes before the error that there is no such format.

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
            raise Failure(f"{complaint}unknown output format: {call.form}")
