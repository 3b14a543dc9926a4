"""Names of a hostile source, or of a file that somebody else has written, lead nowhere but where they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.client.settings import Settings
from strongroom.importing.calling import Caller, Rejected
from strongroom.importing.destination.destination import Destination
from strongroom.importing.destination.standing import Conflict
from strongroom.importing.files import json_files
from strongroom.importing.inventory import Document, Found, Kind, Name, Stage, State


class Recording(Caller):
    """A destination with one mount of kv, version 1, that notes what is put."""

    def __init__(self) -> None:
        super().__init__(Settings(address="http://127.0.0.1:1"))
        self.sent: list[str] = []

    def _patiently(self, namespace: str, ask: Any) -> Any:
        class Client:
            """Answers as the destination."""

            def read(inner, path: str, query: object = ()) -> Any:
                if path == "sys/mounts":
                    return {"data": {"secret/": {"type": "kv", "options": {"version": "1"}}}}
                return None

            def write(inner, path: str, body: object) -> Any:
                self.sent.append(path)
                return None

        return ask(Client())


@pytest.mark.parametrize(
    "path", ["secret/../sys/policies/acl/admin", "secret/..", "secret//x", "secret/./x", "/sys/x", "..", "a/../", ""]
)
def test_no_path_leads_out(path: str) -> None:
    """The client would shorten such a path: neither is it asked nor written."""
    caller = Recording()
    for ask in (lambda: caller.get("", path), lambda: caller.list("", path), lambda: caller.put("", path, {})):
        with pytest.raises(Rejected, match="elsewhere"):
            ask()
    assert not caller.sent


@pytest.mark.parametrize("namespace", ["../", "a/../b/", "a//b/", "a\r\nX-Vault-Token: x/", "./"])
def test_no_namespace_leads_out(namespace: str) -> None:
    """Nor does one that isn't a path, or that would end its header."""
    with pytest.raises(Rejected, match="elsewhere"):
        Recording().put(namespace, "secret/x", {})


def test_usual_names_pass() -> None:
    """Dots in a name, a slash at the end of a folder, signs and other letters are names as any."""
    caller = Recording()
    for path in ("secret/.env", "secret/a..b", "secret/...", "secret/a b/ü?#%2e", "secret/folder/"):
        caller.put("team/web/", path, {})
    assert len(caller.sent) == 5


def test_a_secret_is_no_policy() -> None:
    """A secret whose name leads to the policies fails, and nothing is written."""
    caller = Recording()
    evil = "../sys/policies/acl/admin"
    found = Found(Name(Kind.KV, "", "secret/", evil), Stage.CONTENT, "kv-1")
    outcome = Destination(caller, Conflict.SKIP).write(found, Document(f"secret/{evil}", {"policy": "x"}, exact=True))
    assert outcome.state is State.FAILED
    assert "elsewhere" in outcome.reason
    assert not caller.sent


def test_paths_of_a_file_are_looked_at() -> None:
    """The paths of a file with many secrets come out as they are, and are refused where they are asked for."""
    (secret,) = json_files.read_tree(json.dumps({"../sys/policies/acl/admin": {"policy": "x"}}))
    with pytest.raises(Rejected):
        Recording().put("", f"secret/{secret.path}", {})
