"""The text of a configuration for an agent that runs a program with secrets in its environment (pure)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from strongroom.agent.generating.variables import Variable

_HEAD = """\
auto_auth {{
  method {{
    type = "token_file"

    config {{
      token_file_path = {token_file}
    }}
  }}
}}

template_config {{
  static_secret_render_interval = "5m"
  exit_on_retry_failure         = true
}}

vault {{
  address = {address}
}}
"""
_VARIABLE = """
env_template {name} {{
  contents             = {contents}
  error_on_missing_key = true
}}
"""
_EXEC = """
exec {{
  command                   = [{command}]
  restart_on_secret_changes = "always"
  restart_stop_signal       = "SIGTERM"
}}
"""


def configuration(token_file: str, address: str, variables: Sequence[Variable], command: Sequence[str]) -> str:
    """A whole configuration, in HCL."""
    return "".join(
        (
            _HEAD.format(token_file=_quoted(token_file), address=_quoted(address)),
            *(_VARIABLE.format(name=_quoted(each.name), contents=_quoted(each.contents)) for each in variables),
            _EXEC.format(command=", ".join(map(_quoted, command))),
        )
    )


def _quoted(text: str) -> str:
    """A text in HCL, which JSON's escapes are a part of.

    Behind `${` HCL reads no escapes: a name in a secret could end the texts of the template that it stands in.
    """
    return json.dumps(text, ensure_ascii=False).replace("${", "\\u0024{")
