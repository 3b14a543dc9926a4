"""An import of some hundred objects of each kind from the reference server: what comes over, and how long it takes.

    python -m bench.moving_in [--each 300] [--parallel 4]

Run it in the project's directory.  Both servers are started in directories that are removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.conformance.importing.asking import Side
from tests.conformance.program import OURS, environment
from tests.conformance.servers import Server, start_ours, start_peer


def fill(side: Side, number: int) -> None:
    """So many objects of each kind that there can be many of."""
    for path, type_, options in (
        ("one", "kv", {"version": "1"}),
        ("two", "kv", {"version": "2"}),
        ("transit", "transit", {}),
        ("pki", "pki", {}),
        ("ssh", "ssh", {}),
    ):
        side.write(f"sys/mounts/{path}", {"type": type_, "options": options})
    for path, type_ in (("apps", "approle"), ("tokens", "jwt"), ("people", "userpass"), ("cluster", "kubernetes")):
        side.write(f"sys/auth/{path}", {"type": type_})
    side.write("pki/root/generate/internal", {"common_name": "root", "key_type": "ec"})
    accessor = side.read("sys/auth")["people/"]["accessor"]
    for n in range(number):
        _fill_one(side, n, accessor)


def _fill_one(side: Side, n: int, accessor: str) -> None:
    side.write(f"sys/policies/acl/p{n}", {"policy": f'path "one/s{n}" {{ capabilities = ["read"] }}'})
    side.write(f"one/f{n % 20}/s{n}", {"n": n, "text": "x" * 200})
    for version in range(3):
        side.write(f"two/data/f{n % 20}/s{n}", {"data": {"n": n, "version": version}})
    side.write(f"two/metadata/f{n % 20}/s{n}", {"custom_metadata": {"n": str(n)}})
    side.write(f"auth/apps/role/r{n}", {"token_policies": f"p{n}", "token_ttl": "1h"})
    side.write(f"auth/tokens/role/r{n}", {"role_type": "jwt", "user_claim": "sub", "bound_audiences": [f"a{n}"]})
    side.write(f"auth/people/users/u{n}", {"password": "canary-of-people", "token_policies": f"p{n}"})
    names = {"bound_service_account_names": [f"s{n}"], "bound_service_account_namespaces": ["n"]}
    side.write(f"auth/cluster/role/r{n}", names)
    side.write(f"auth/token/roles/t{n}", {"allowed_policies": [f"p{n}"]})
    options = {"exportable": n % 10 > 0, "allow_plaintext_backup": n % 10 > 0}
    side.write(f"transit/keys/k{n}", {"type": ("aes256-gcm96", "ed25519", "ecdsa-p256")[n % 3], **options})
    side.write(f"pki/roles/r{n}", {"allowed_domains": [f"d{n}.example"], "max_ttl": "24h"})
    side.write(f"ssh/roles/r{n}", {"key_type": "ca", "allow_user_certificates": True, "allowed_users": f"u{n}"})
    entity = side.write("identity/entity", {"name": f"e{n}", "metadata": {"n": str(n)}, "policies": [f"p{n}"]})
    side.write("identity/entity-alias", {"name": f"u{n}", "canonical_id": entity["id"], "mount_accessor": accessor})
    side.write("identity/group", {"name": f"g{n}", "policies": [f"p{n}"], "member_entity_ids": [entity["id"]]})


def run(source: Server, destination: Server, home: Path, *flags: str) -> tuple[float, int, dict[str, Any]]:
    """A run of the command: seconds, exit code, report."""
    token = home / "token"
    token.write_text("root\n")
    words = [str(OURS), "import", "vault", f"-from-address={source.url}", f"-from-token-file={token}", "-format=json"]
    variables = {"STRONGROOM_ADDR": destination.url, "STRONGROOM_TOKEN": "root", "PATH": os.environ["PATH"]}
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own program
        [*words, *flags], check=False, capture_output=True, text=True, env=environment(home, variables)
    )
    took = time.monotonic() - begun
    assert "canary-of-people" not in done.stdout + done.stderr
    return took, done.returncode, json.loads(done.stdout)


def main() -> None:
    """Fill, plan, import, import again, compare; print what came of it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--each", type=int, default=300, help="objects of each kind")
    arguments.add_argument("--parallel", type=int, default=4)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        homes = [Path(directory, name) for name in ("source", "destination", "home")]
        for home in homes:
            home.mkdir()
        with start_peer(homes[0]) as source, start_ours(homes[1]) as destination:
            fill(Side(source), given.each)
            journal = f"-journal={homes[2] / 'journal'}"
            parallel = f"-parallel={given.parallel}"
            runs = (
                ("plan", ("-plan",)),
                ("import", (parallel, journal)),
                ("resume", (parallel, journal)),
                ("compare", (parallel, "-verify", "-exclude=policies")),
            )
            for name, flags in runs:
                took, code, report = run(source, destination, homes[2], *flags)
                print(f"{name:8} {took:6.1f} s, exit code {code}")
                for kind, counts in report["kinds"].items():
                    print(f"    {kind:18} {', '.join(f'{state} {number}' for state, number in counts.items())}")


if __name__ == "__main__":
    main()
