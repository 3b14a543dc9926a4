"""Files of an agent: what many templates over fewer leases cost, beside the reference agent on the same server.

    python -m bench.agents [--templates 1000] [--leases 200] [--lease 60] [--seconds 120]

Run it in the project's directory.  A server and a Redis of its own are started in directories that are removed
afterwards.  Each agent (`strongroom agent`, and `bao agent` if it is there) renders the same templates, each with one
of the leases and one of twenty static secrets that are read again every 30 seconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.agent.world import World, world

from bench.servers.usage import memory_mib, processor_s

OURS, PEER = Path(".venv/bin/strongroom"), Path(".venv/bin/bao")
STATIC = 20
_PATIENCE_S = 600
_CONFIG = """
vault {{ address = "{address}" }}
auto_auth {{
  method "approle" {{
    config = {{
      role_id_file_path                   = "{folder}/role-id"
      secret_id_file_path                 = "{folder}/secret-id"
      remove_secret_id_file_after_reading = false
    }}
  }}
}}
template_config {{ static_secret_render_interval = "30s" }}
"""
_CONTENTS = (
    '{{{{ with secret "database/creds/r{lease}" }}}}{{{{ .Data.username }}}}:{{{{ .Data.password }}}}{{{{ end }}}} '
    '{{{{ with secret "secret/app{static}" }}}}{{{{ .Data.data.a }}}}{{{{ end }}}}\n'
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What an agent took.

    Attributes:
        first_s, first_processor_s, first_requests: until all files were there.
        processor_s, requests: in a minute afterwards.
        memory_mib: at the end, by proportional set size.
    """

    first_s: float
    first_processor_s: float
    first_requests: int
    processor_s: float
    requests: float
    memory_mib: float


def prepare(made: World, wanted: argparse.Namespace, audit: Path) -> None:
    """Make roles, secrets, a login, and a log by which requests are counted."""
    for lease in range(wanted.leases):
        times = {"default_ttl": f"{wanted.lease}s", "max_ttl": "24h"}
        made.write(
            f"database/roles/r{lease}", {"db_name": "cache", "creation_statements": ['["~a:*","+get"]'], **times}
        )
    for static in range(STATIC):
        made.put_secret(f"app{static}", a="value")
    made.write("auth/approle/role/bench", {"token_policies": "app", "token_ttl": "1h"})
    made.write("sys/audit/file", {"type": "file", "options": {"file_path": str(audit)}})


def write_configuration(made: World, wanted: argparse.Namespace, folder: Path) -> Path:
    """The configuration of one agent, in a folder of its own."""
    folder.mkdir()
    (folder / "role-id").write_text(made.root.read("auth/approle/role/bench/role-id")["data"]["role_id"])
    (folder / "secret-id").write_text(made.write("auth/approle/role/bench/secret-id")["data"]["secret_id"])
    text = _CONFIG.format(address=made.server.url, folder=folder)
    for number in range(wanted.templates):
        contents = _CONTENTS.format(lease=number % wanted.leases, static=number % STATIC)
        text += f'template {{\n  destination = "{folder}/out/{number}"\n  contents = {json.dumps(contents)}\n}}\n'
    (folder / "out").mkdir()
    (folder / "agent.hcl").write_text(text)
    return folder / "agent.hcl"


def requests(audit: Path) -> int:
    """How many requests the server has had."""
    with audit.open() as lines:
        return sum('"type":"request"' in line for line in lines)


def run(program: Path, configuration: Path, audit: Path, wanted: argparse.Namespace) -> Cost:
    """Have an agent render, and keep what it rendered fresh."""
    out, before = configuration.parent / "out", requests(audit)
    with (configuration.parent / "log").open("wb") as log:
        begun = time.monotonic()
        agent = subprocess.Popen(  # noqa: S603
            [program, "agent", f"-config={configuration}"], stdout=log, stderr=log, start_new_session=True
        )
        try:
            while sum(1 for _ in out.iterdir()) < wanted.templates:
                assert agent.poll() is None, f"it has ended: {log.name}"
                assert time.monotonic() - begun < _PATIENCE_S, "not all files are there"
                time.sleep(0.05)
            first_s, first_processor_s = time.monotonic() - begun, processor_s(agent.pid)
            first = requests(audit)
            time.sleep(wanted.seconds)
            minutes = wanted.seconds / 60
            return Cost(
                first_s=first_s,
                first_processor_s=first_processor_s,
                first_requests=first - before,
                processor_s=(processor_s(agent.pid) - first_processor_s) / minutes,
                requests=(requests(audit) - first) / minutes,
                memory_mib=memory_mib(agent.pid),
            )
        finally:
            agent.terminate()
            agent.wait(60)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--templates", type=int, default=1000)
    parser.add_argument("--leases", type=int, default=200)
    parser.add_argument("--lease", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=120)
    wanted = parser.parse_args()
    print(f"{wanted.templates} templates over {wanted.leases} leases of {wanted.lease} s")
    head = (
        f"{'all files':>10} {'processor':>10} {'requests':>9}   per minute: {'processor':>9} {'requests':>9} {'MiB':>6}"
    )
    print(f"{'':10} {head}")
    with tempfile.TemporaryDirectory() as home, world(Path(home)) as made:
        audit = Path(home) / "audit.log"
        prepare(made, wanted, audit)
        for program in (OURS, PEER):
            if program.exists():
                configuration = write_configuration(made, wanted, Path(home) / program.name)
                cost = run(program.absolute(), configuration, audit, wanted)
                print(
                    f"{program.name:10} {cost.first_s:8.1f} s {cost.first_processor_s:8.1f} s {cost.first_requests:9}"
                    f"               {cost.processor_s:7.1f} s {cost.requests:9.0f} {cost.memory_mib:6.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
