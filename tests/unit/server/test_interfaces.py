"""The machine's interfaces, and addresses that are templates of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.lib.interfaces import read_interfaces
from strongroom.server import sources
from strongroom.server.config.config import ConfigError
from strongroom.server.diagnose.checks import validate

CONFIG = (
    'storage "inmem" {{}}\napi_addr = "http://{0}:8200"\n'
    'listener "tcp" {{\n  address = "{0}:8200"\n  tls_disable = true\n}}\n'
)


def test_the_loopback_is_among_the_interfaces() -> None:
    """The kernel tells of it with its network and flags."""
    (loopback,) = [each for each in read_interfaces() if each.address == "127.0.0.1"]
    assert (loopback.name, str(loopback.ip), loopback.default) == ("lo", "127.0.0.1/8", False)
    assert {"up", "loopback"} <= loopback.flags


def test_templates_are_evaluated_for_the_machine_that_serves(tmp_path: Path) -> None:
    """In the address of a listener and in api_addr."""
    file = tmp_path / "a.hcl"
    file.write_text(CONFIG.format('{{ GetInterfaceIP \\"lo\\" }}'))
    config = sources.load(sources.read((str(file),), {}))
    assert [listener.address for listener in config.listeners] == ["127.0.0.1:8200"]
    assert config.settings.api_addr == "http://127.0.0.1:8200"


def test_a_template_without_an_address_here_is_told_with_its_place(tmp_path: Path) -> None:
    """The server doesn't start; `validate-config` is for any machine, and takes what is well written."""
    file = tmp_path / "a.hcl"
    file.write_text(CONFIG.format('{{ GetInterfaceIP \\"nosuch9\\" }}'))
    with pytest.raises(ConfigError, match=rf"^{file}:3:10: address: expected one address .*found none"):
        sources.load(sources.read((str(file),), {}))
    assert validate((str(file),))[1] == 0


def test_validate_config_names_a_function_that_is_none(tmp_path: Path) -> None:
    """What no machine could evaluate is told everywhere, with line and column."""
    file = tmp_path / "a.hcl"
    file.write_text(CONFIG.format("{{ GetMagicIP }}"))
    document, code = validate((str(file),))
    assert code == 1
    assert f"{file}:2:12: api_addr: expected a function of address templates" in str(document)
