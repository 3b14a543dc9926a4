"""Secrets and certificates of the server (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#secret
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.texts import trim_space
from strongroom.template.surroundings import Surroundings
from strongroom.template.values import NilPointer

_ANSWER: Final = "*dependency.Secret"
"""The type of the pointer to nothing that a write without an answer gives."""


def _secret(around: Surroundings, *given: str) -> Any:
    """A read; with any further argument, even an empty one, a write."""
    if not given:
        return None
    found = around.secret(_path("secret", given[0]), _arguments(given) if len(given) > 1 else None)
    return NilPointer(_ANSWER) if found is None else found


def _pki_cert(around: Surroundings, *given: str) -> Any:
    return around.certificate(_path("pkiCert", given[0]), _arguments(given)) if given else None


def _secrets(around: Surroundings, path: str) -> Sequence[str]:
    return list(around.secrets(_path("secrets", path))) if path else []


def _arguments(given: Sequence[str]) -> Mapping[str, Any]:
    """The pairs `key=value` behind a path."""
    return dict(_pair(pair) for pair in given[1:] if pair)


def _pair(text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not found:  # the text may be a secret
        raise FunctionFailed("an argument is no k=v pair")
    return trim_space(key), trim_space(value)


def _path(name: str, text: str) -> str:
    path = trim_space(text).strip("/")
    if not path:
        raise FunctionFailed(f"{name}: the path is empty")
    return path


FUNCTIONS: Mapping[str, Function] = {
    "pkiCert": Function(_pki_cert, rest=Kind.STRING, around=True),
    "secret": Function(_secret, rest=Kind.STRING, around=True),
    "secrets": Function(_secrets, (Kind.STRING,), around=True),
}
