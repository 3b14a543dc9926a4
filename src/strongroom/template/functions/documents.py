"""JSON, YAML and TOML (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#parsejson
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.go import json_texts, toml_texts, yaml_texts
from strongroom.template.functions.go.texts import trim_space
from strongroom.template.functions.maps import OwnMap


def _parse_json(text: str) -> Any:
    return json_texts.decoded(text) if text else OwnMap()


def _parse_yaml(text: str) -> Any:
    return yaml_texts.decoded(text) if text else OwnMap()


def _to_yaml(value: Any) -> str:
    return trim_space(yaml_texts.encoded(value))


def _to_toml(value: Any) -> str:
    try:
        return trim_space(toml_texts.encoded(value))
    except FunctionFailed as error:
        raise FunctionFailed(f"toTOML: {error.text}") from None


def _json_writer(name: str, *, indent: str = "", for_html: bool) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        try:
            return json_texts.encoded(value, indent=indent, for_html=for_html)
        except FunctionFailed as error:
            raise FunctionFailed(f"{name}: {error.text}") from None

    return write


_INDENT = "  "
_ANY = (Kind.ANY,)
FUNCTIONS: Mapping[str, Function] = {
    "parseJSON": Function(_parse_json, (Kind.STRING,)),
    "parseYAML": Function(_parse_yaml, (Kind.STRING,)),
    "toJSON": Function(_json_writer("toJSON", for_html=True), _ANY),
    "toJSONPretty": Function(_json_writer("toJSONPretty", indent=_INDENT, for_html=True), _ANY),
    "toTOML": Function(_to_toml, _ANY),
    "toUnescapedJSON": Function(_json_writer("toUnescapedJSON", for_html=False), _ANY),
    "toUnescapedJSONPretty": Function(_json_writer("toUnescapedJSONPretty", indent=_INDENT, for_html=False), _ANY),
    "toYAML": Function(_to_yaml, _ANY),
}
