"""Debian's FreeRADIUS on a loopback port, with a configuration of its own.

Users: `ann`, `Case.Matters` and `bücher` with their passwords; `challenged`, who is asked a further question;
`silent`, who gets no answer; `unsigned`, whose answer has no Message-Authenticator.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.conformance.program import served
from tests.ports import free_port

PROGRAM = shutil.which("freeradius", path="/usr/sbin:/usr/bin:/sbin:/bin")
SECRET = "canary-shared-secret"
PASSWORD = "canary-pass wörd"
LONGEST_PASSWORD = "p" * 128

_CONFIG = """
prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = {directory}
logdir = {directory}
run_dir = {directory}
pidfile = {directory}/pid
max_request_time = 10
cleanup_delay = 5
max_requests = 1024
security {{
  allow_core_dumps = no
  max_attributes = 200
  reject_delay = 0
  status_server = no
}}
thread pool {{
  start_servers = 2
  max_servers = 4
}}
client loopback {{
  ipaddr = 127.0.0.1
  secret = "{secret}"
  require_message_authenticator = {demands}
}}
modules {{
  pap {{
  }}
  always handled {{
    rcode = handled
  }}
  files {{
    usersfile = {directory}/users
  }}
}}
server default {{
  listen {{
    type = auth
    ipaddr = 127.0.0.1
    port = {port}
  }}
  authorize {{
    files
    pap
  }}
  authenticate {{
    Auth-Type PAP {{
      pap
      if (&User-Name == "challenged") {{
        update reply {{
          &State := 0x01
          &Reply-Message := "Passcode?"
          &Message-Authenticator := 0x00
        }}
        update control {{
          &Response-Packet-Type := Access-Challenge
        }}
        handled
      }}
    }}
  }}
  post-auth {{
    if (&User-Name == "silent") {{
      update control {{
        &Response-Packet-Type := Do-Not-Respond
      }}
    }}
    if (&User-Name != "unsigned") {{
      update reply {{
        &Message-Authenticator := 0x00
      }}
    }}
    Post-Auth-Type REJECT {{
      update reply {{
        &Message-Authenticator := 0x00
      }}
    }}
  }}
}}
"""
_NAMES = ("ann", "bücher", "challenged", "silent", "unsigned", "user@realm.example", "Case.Matters")


class FreeRadius(NamedTuple):
    """A running server."""

    host: str
    port: int
    log: Path

    @property
    def config(self) -> dict[str, object]:
        """What a mount has to know."""
        return {"host": self.host, "port": self.port, "secret": SECRET, "read_timeout": 5}


@contextlib.contextmanager
def start_freeradius(directory: Path, *, demands_signature: bool = True) -> Iterator[FreeRadius]:
    """Run the server until the block ends.

    Args:
        demands_signature: whether it drops requests without Message-Authenticator.

    Raises: `ProgramFailed` with the end of its log.
    """
    assert PROGRAM is not None, "freeradius is not installed"
    port = free_port()
    demands = "yes" if demands_signature else "no"
    text = _CONFIG.format(directory=directory, secret=SECRET, port=port, demands=demands)
    (directory / "radiusd.conf").write_text(text)
    users = [f'{name} Cleartext-Password := "{PASSWORD}"' for name in _NAMES]
    users.append(f'longest Cleartext-Password := "{LONGEST_PASSWORD}"')
    (directory / "users").write_text("\n".join(users) + "\n")
    for file in ("radiusd.conf", "users"):
        (directory / file).chmod(0o600)
    log = directory / "freeradius.log"
    command = [PROGRAM, "-f", "-xx", "-l", "stdout", "-d", str(directory)]
    with served(command, directory, log, lambda program: "Ready to process requests" in program.log_text()):
        yield FreeRadius("127.0.0.1", port, log)
