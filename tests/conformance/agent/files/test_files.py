"""Whole files: this project's agent writes what the reference agent writes, each with this project's server."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.conformance.agent.cases.agents import configured, output, run
from tests.conformance.agent.cases.case import VECTORS, Case
from tests.conformance.agent.cases.place import set_up, write_secrets
from tests.conformance.agent.proxy.proxies import ask
from tests.conformance.program import OURS, PEER
from tests.conformance.servers import Server, start_ours

FILES = {path.stem: path for path in sorted((VECTORS / "files").glob("*.ctmpl"))}
OTHER_DELIMITERS = {"values.yaml": {"left_delimiter": "[[", "right_delimiter": "]]"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """This project's server with the secrets, and an authority at `certs/`."""
    with start_ours(tmp_path_factory.mktemp("server")) as found:
        set_up(found)
        write_secrets(found, VECTORS / "files" / "place.toml")
        for path, body in {
            "sys/mounts/certs": {"type": "pki"},
            "certs/root/generate/internal": {"common_name": "root", "key_type": "ec"},
            "certs/roles/web": {"allow_any_name": True, "key_type": "ec"},
        }.items():
            assert ask(found.address, f"/v1/{path}", "POST", body, found.token).status in (200, 204)
        yield found


@pytest.fixture(scope="module")
def written(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The directories in which this project's agent, and the reference agent, have written everything."""
    cases = [Case(path.read_text(), OTHER_DELIMITERS.get(name, {})) for name, path in FILES.items()]
    directories = []
    for name, program in (("ours", OURS), ("theirs", PEER)):
        directory = tmp_path_factory.mktemp(name)
        assert run(program, configured(directory, server, cases)) == ""
        directories.append(directory)
    return directories[0], directories[1]


def text_of(directory: Path, name: str) -> str:
    """The file that was made of a template."""
    return output(directory, list(FILES).index(name)).read_text()


@pytest.mark.parametrize("name", FILES)
def test_both_agents_write_the_same(written: tuple[Path, Path], name: str) -> None:
    """Byte for byte."""
    ours, theirs = written
    assert text_of(ours, name) == text_of(theirs, name) != ""


def test_a_certificate_and_its_key_stand_in_files_of_their_own(written: tuple[Path, Path]) -> None:
    """Both agents write a key that belongs to the first of two certificates, the second of which is the authority."""
    for directory in written:
        leaf, authority = x509.load_pem_x509_certificates((directory / "nginx.pem").read_bytes())
        key = load_pem_private_key((directory / "nginx.key").read_bytes(), None)
        assert leaf.public_key() == key.public_key()
        leaf.verify_directly_issued_by(authority)
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert set(names.get_values_for_type(x509.DNSName)) == {"shop.example.com", "www.example.com"}
        assert (directory / "nginx.key").stat().st_mode & 0o777 == 0o600


def test_programs_can_read_them(written: tuple[Path, Path]) -> None:
    """The files have the secrets for whoever reads their formats: YAML, JSON, TOML, a shell."""
    ours, _ = written
    spring: Any = yaml.safe_load(text_of(ours, "application.yml"))
    assert spring["spring"]["datasource"]["password"] == "*&: #'\"x"
    assert spring["features"] == ["on", "new: search", "1.10", ""]
    assert json.loads(text_of(ours, "config.json"))["service"]["port"] == 9090
    assert tomllib.loads(text_of(ours, "telegraf.toml"))["outputs"]["influxdb_v2"][0]["token"] == 't"1'
    assert yaml.safe_load(text_of(ours, "secret.yaml"))["data"]["PORT"] == "ODA4MA=="
    printed = subprocess.run(
        ["sh", "-c", f'. {ours}/{list(FILES).index("systemd.env")}.out && printf %s "$PASSWORD"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout == 'a"b\\c$d'
