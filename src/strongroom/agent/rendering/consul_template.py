"""Templates in consul-template's language.

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final

from strongroom.agent.config.rendering import Template
from strongroom.agent.rendering.execution import Language, NotRendered
from strongroom.lib.interfaces import read_interfaces
from strongroom.lib.sockaddr import TemplateError as AddressFault
from strongroom.lib.sockaddr import evaluate
from strongroom.template import template as templates
from strongroom.template.errors import FunctionFailed, TemplateError
from strongroom.template.function import Function, Kind
from strongroom.template.functions import for_one_execution
from strongroom.template.surroundings import Surroundings

_NAME: Final = ""
"""In the texts of errors, where consul-template has none either."""


def consul_template(template: Template, text: str) -> Language:
    """Read a template.  Raises `NotRendered` if it is none."""
    denied = frozenset({*template.function_denylist, *template.function_blacklist})
    try:
        return _GoTemplate(
            templates.parse(
                text,
                name=_NAME,
                functions=_functions(denied),
                delimiters=(template.left_delimiter, template.right_delimiter),
                missing_key="error" if template.error_on_missing_key else "zero",
            ),
            denied,
        )
    except TemplateError as error:
        raise NotRendered(error.text) from error


class _GoTemplate:
    """A template that was read.

    Args:
        denied: the names of functions that it may not use.
    """

    def __init__(self, template: templates.Template, denied: frozenset[str]) -> None:
        self._template = template
        self._denied = denied

    def execute(self, around: Surroundings) -> str:
        """What it makes.  Raises `NotRendered`."""
        try:
            return self._template.execute(None, around, functions=_functions(self._denied))
        except TemplateError as error:
            raise NotRendered(error.text) from error
        except Exception as error:  # A fault of this program must hold up no other template, and may show a secret.
            place = traceback.extract_tb(error.__traceback__)[-1]
            told = f"a fault of this program: {type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
            raise NotRendered(told) from None


def _functions(denied: frozenset[str]) -> dict[str, Function]:
    """The functions of templates, with those that only an agent has, for one execution.

    Go's own can't be denied, as in consul-template.
    """
    functions = {**for_one_execution(), "sockaddr": Function(_sockaddr, rest=Kind.STRING)}
    return {name: _DISABLED if name in denied else function for name, function in functions.items()}


def _disabled(*_: object) -> str:
    raise FunctionFailed("function is disabled")


_DISABLED: Final = Function(_disabled, rest=Kind.ANY)


def _sockaddr(*words: str) -> str:
    """An address of this machine, as `sockaddr "GetPrivateIP"`."""
    try:
        return evaluate("{{ " + " ".join(words) + " }}", read_interfaces())
    except (AddressFault, OSError) as error:
        raise FunctionFailed(f"sockaddr: {error}") from error
