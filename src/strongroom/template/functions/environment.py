"""The environment's variables (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#env
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.surroundings import Surroundings


def variable(around: Surroundings, name: str) -> str | None:
    """A variable's value; None if it isn't set.  `BAO_…` may be set as `VAULT_…`, as OpenBao has it."""
    variables = around.environment()
    if name not in variables and name.startswith("BAO_"):
        return variables.get("VAULT_" + name.removeprefix("BAO_"))
    return variables.get(name)


def _env(around: Surroundings, name: str) -> str:
    return variable(around, name) or ""


def _env_or_default(around: Surroundings, name: str, default: str) -> str:
    value = variable(around, name)
    return default if value is None else value


def _must_env(around: Surroundings, name: str) -> str:
    value = variable(around, name)
    if not value:
        raise FunctionFailed(f"required environment variable {name} is empty")
    return value


FUNCTIONS: Mapping[str, Function] = {
    "env": Function(_env, (Kind.STRING,), around=True),
    "envOrDefault": Function(_env_or_default, (Kind.STRING, Kind.STRING), around=True),
    "mustEnv": Function(_must_env, (Kind.STRING,), around=True),
}
