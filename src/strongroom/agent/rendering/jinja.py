"""Templates in Jinja's language, for who has none of consul-template's yet.

Source: https://jinja.palletsprojects.com/en/stable/templates/
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from strongroom.agent.config.rendering import Template
from strongroom.agent.rendering.execution import Language, NotRendered
from strongroom.lib.extras import install_command
from strongroom.template.errors import FunctionFailed
from strongroom.template.surroundings import Surroundings
from strongroom.template.values import Number, Structure

try:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment
except ImportError as _error:
    _MISSING: ImportError | None = _error
else:
    _MISSING = None

_PLAIN: Final = ("{{", "}}")


def jinja_template(template: Template, text: str) -> Language:
    """Read a template.  Raises `NotRendered` if it is none, or Jinja isn't installed."""
    if _MISSING is not None:
        needed = install_command("jinja")
        raise NotRendered(f'engine = "jinja" needs a package that isn\'t installed: {needed}') from _MISSING
    delimiters = template.left_delimiter, template.right_delimiter
    options = (
        {} if delimiters == _PLAIN else {"variable_start_string": delimiters[0], "variable_end_string": delimiters[1]}
    )
    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False, **options
    )
    environment.filters.update(b64encode=_b64encode, b64decode=_b64decode, sha256=_sha256)
    try:
        return _JinjaTemplate(environment.from_string(text))
    except jinja2.TemplateSyntaxError as error:
        raise NotRendered(f"line {error.lineno}: {error.message}") from error


class _JinjaTemplate:
    """A template that was read."""

    def __init__(self, template: jinja2.Template) -> None:
        self._template = template

    def execute(self, around: Surroundings) -> str:
        """What it makes.  Raises `NotRendered`."""
        try:
            return self._template.render(_functions(around))
        except (jinja2.UndefinedError, jinja2.exceptions.SecurityError, FunctionFailed) as error:
            raise NotRendered(str(error)) from error
        except Exception as error:
            # An expression may raise anything, and the text may show a secret: "invalid literal for int(): 'hunter2'".
            raise NotRendered(f"an expression raises {type(error).__name__}") from None


def _functions(around: Surroundings) -> dict[str, Callable[..., Any]]:
    """What a template calls, besides Jinja's own."""

    def secret(path: str, **arguments: Any) -> Any:
        return _shown(around.secret(path, _texts(arguments) if arguments else None))

    def secrets(path: str) -> Any:
        return list(around.secrets(path))

    def pki_cert(path: str, **arguments: Any) -> Any:
        return _shown(around.certificate(path, _texts(arguments)))

    def env(name: str, default: str | None = None) -> Any:
        found = around.environment().get(name, default)
        return jinja2.StrictUndefined(f"the environment has no variable {name}") if found is None else found

    return {"secret": secret, "secrets": secrets, "pki_cert": pki_cert, "env": env, "file": around.file}


def _texts(arguments: Mapping[str, Any]) -> dict[str, str]:
    """Arguments as requests have them."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in arguments.items()}


def _shown(found: Any) -> Any:
    """An answer as Jinja's expressions see it; one that is lacking has everything, and all of it is empty."""
    return jinja2.ChainableUndefined() if found is None else _value(found)


def _value(found: Any) -> Any:
    match found:
        case Number():
            return int(found) if found.removeprefix("-").isdecimal() else float(found)
        case Structure():
            return _Fields(found)
        case Mapping():
            return {name: _value(each) for name, each in found.items()}
        case list() | tuple():
            return [_value(each) for each in found]
    return found


class _Fields:
    """The fields of an answer by the names of the API, such as `lease_id`."""

    def __init__(self, found: Structure) -> None:
        self._names = frozenset(found.fields.values())
        self._found = found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._names:
            raise AttributeError(f"an answer has no {name}")
        return _value(getattr(self._found, name))


def _b64encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _b64decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise FunctionFailed("b64decode: this is no text in base64") from None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
