"""Initializing, unsealing, audit devices, new shares, a new root token, sealing: each program on its own server."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conformance.cli.test_same_output import normal
from tests.conformance.program import OURS, PEER, served
from tests.ports import free_port

SCRIPT = r"""
$P status
$P operator init -status
$P read secret/foo
$P token lookup
$P operator init -key-shares=2 -key-threshold=5
$P operator init -key-shares=3 -key-threshold=2 > init; cat init
$P operator init -status
$P status
$P operator unseal abc
$P operator unseal $(share 1)
$P status -format=json
$P operator unseal -reset
$P operator unseal -format=json $(share 1)
$P operator unseal $(share 3)
root > $HOME/.vault-token; $P token lookup
$P audit enable file file_path=$HOME/a.log
$P audit enable -path=f2 -description=dd -local file file_path=$HOME/b.log log_raw=true
$P audit list
$P audit list -detailed
$P audit list -format=json
$P audit disable f2
$P operator rotate
$P operator rekey -status
$P operator rekey -init -key-shares=1 -key-threshold=1
$P operator rekey -cancel
$P operator rotate-keys -init -key-shares=2 -key-threshold=2 > begun; cat begun
$P operator rotate-keys -init
$P operator rotate-keys -status
$P operator rotate-keys -status -format=json
$P operator rotate-keys -nonce=x abc
$P operator rotate-keys abc
$P operator rotate-keys -nonce=$(nonce) $(share 1)
$P operator rotate-keys -nonce=$(nonce) $(share 2) > init; cat init
$P operator rotate-keys -backup-retrieve
$P operator rotate-keys -backup-delete
$P operator generate-root -init > begun; cat begun
$P operator generate-root -nonce=$(nonce) $(share 1)
$P operator generate-root -nonce=$(nonce) $(share 2) > done; cat done
$P token lookup -field=policies $($P operator generate-root -decode=$(encoded) -otp=$(otp))
$P operator step-down
$P operator seal
$P status
"""
FUNCTIONS = r"""
share() { sed -n "s/^.*Key $1: //p" init; }
root() { sed -n 's/Initial Root Token: //p' init | tr -d '\n'; }
encoded() { sed -n 's/Encoded Token *//p' done; }
otp() { awk '/^OTP  /{print $2}' begun; }
nonce() { awk '/^Nonce/{print $2}' begun; }
"""
CONFIG = """
storage "inmem" {{}}
listener "tcp" {{
  address = "{address}"
  tls_disable = 1
  disable_unauthed_rekey_endpoints = false
}}
unsafe_allow_api_audit_creation = true
disable_mlock = true
api_addr = "http://{address}"
"""


@contextmanager
def _server(directory: Path) -> Iterator[str]:
    """A fresh, uninitialized server of the peer; gives its address."""
    address = f"127.0.0.1:{free_port()}"
    (directory / "config.hcl").write_text(CONFIG.format(address=address))
    command = [PEER, "server", "-config=config.hcl"]
    with served(command, directory, directory / "log", lambda server: "server started" in server.log_text()):
        yield f"http://{address}"


def _play(directory: Path, binary: str) -> list[tuple[str, int, str, str]]:
    """Run the script's lines with one program; what each did."""
    directory.mkdir()
    (directory / "bin").mkdir()
    name = Path(binary).name
    (directory / "bin" / name).symlink_to(binary)
    done = []
    with _server(directory) as address:
        environment = {
            "PATH": f"{directory / 'bin'}:{os.environ['PATH']}",
            "HOME": str(directory),
            "P": name,
            "BAO_ADDR": address,
            "LC_ALL": "C.UTF-8",
        }
        for line in SCRIPT.strip().splitlines():
            ran = subprocess.run(
                ["bash", "-c", FUNCTIONS + line],
                env=environment,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            # Nothing is read twice: a step-down and an unsealing take the server a moment.
            time.sleep(0.3 if "step-down" in line or "unseal" in line else 0)
            texts = [_hidden(text, directory, address) for text in (ran.stdout, ran.stderr)]
            done.append((line, ran.returncode, texts[0], texts[1]))
    return done


def _hidden(text: str, directory: Path, address: str) -> str:
    text = text.replace(str(directory), "<home>").replace(address, "<address>")
    text = re.sub(r"[A-Za-z0-9+/]{40,}=*", "<share>", text)
    text = re.sub(r"(Encoded Token +)\S+", r"\1<encoded>", text)
    text = re.sub(r"vault-cluster-\w+", "<cluster>", normal(text))
    # The peer lists the options of an audit device in an order that changes from run to run.
    text = re.sub(r"\S+_\S+=\S+(?: \S+=\S+)+", lambda found: " ".join(sorted(found[0].split())), text)
    # This paragraph breaks where the length of the program's name has it break.
    return re.sub(r"(?s)Strongroom unseal keys.*", lambda found: " ".join(found[0].split()), text)


def test_a_servers_first_hours(tmp_path: Path) -> None:
    """From an empty store to sealed again, each command does and says what the peer's does."""
    ours = _play(tmp_path / "ours", str(OURS))
    theirs = _play(tmp_path / "theirs", str(PEER))
    for mine, its in zip(ours, theirs, strict=True):
        assert mine == its
