"""Secrets and certificates of the server (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#secret
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.texts import trim_space
from strongroom.template.surroundings import Surroundings


def _secret(around: Surroundings, *given: str) -> Any:
    return _asked("secret", around.secret, given)


def _pki_cert(around: Surroundings, *given: str) -> Any:
    return _asked("pkiCert", around.certificate, given)


def _secrets(around: Surroundings, path: str) -> Sequence[str]:
    return list(around.secrets(_path("secrets", path))) if path else []


def _asked(name: str, ask: Callable[[str, Mapping[str, Any]], Any], given: Sequence[str]) -> Any:
    """What the surroundings give for a path and pairs as `key=value`; nothing without a path."""
    if not given:
        return None
    arguments = dict(_pair(pair) for pair in given[1:] if pair)
    return ask(_path(name, given[0]), arguments)


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
