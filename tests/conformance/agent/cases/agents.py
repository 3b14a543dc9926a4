"""One agent for many cases: a stanza each, in one configuration."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.agent.cases.case import Case
from tests.conformance.agent.cases.place import put_files, variables
from tests.conformance.program import environment
from tests.conformance.servers import Server

MANY_S = 300.0
_TOP = """
vault {{
  address = "{url}"
  retry {{ num_retries = 1 }}
}}
template_config {{ exit_on_retry_failure = {exits} }}
auto_auth {{
  method "token_file" {{ config = {{ token_file_path = "{directory}/token" }} }}
}}
"""


def configured(directory: Path, server: Server, cases: Sequence[Case], *, exits: bool = True) -> Path:
    """A configuration that writes the results of cases to files with their numbers.

    Args:
        exits: whether a failure ends the agent.
    """
    directory.mkdir(exist_ok=True)
    (directory / "token").write_text(server.token)
    put_files(directory)
    stanzas = [_TOP.format(url=server.url, exits=str(exits).lower(), directory=directory)]
    for number, case in enumerate(cases):
        source = directory / f"{number}.ctmpl"
        source.write_text(case.template.replace("@/", f"{directory}/"))
        options = {"source": str(source), "destination": str(output(directory, number)), **case.options}
        lines = "".join(f"  {name} = {json.dumps(value)}\n" for name, value in options.items())
        stanzas.append(f"template {{\n{lines}}}\n")
    config = directory / "agent.hcl"
    config.write_text("".join(stanzas))
    return config


def output(directory: Path, number: int) -> Path:
    """The file that a case's result is written to."""
    return directory / f"{number}.out"


def run(program: Path, config: Path) -> str:
    """Run an agent until everything is written or something has failed.  Returns its log; empty if all is well."""
    done = subprocess.run(
        [program, "agent", f"-config={config}", "-exit-after-auth"],
        env=environment(config.parent, variables()),
        cwd=config.parent,
        capture_output=True,
        text=True,
        timeout=MANY_S,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
