"""The text of a template comes from the configuration or a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.agent.config.rendering import Template
from strongroom.agent.config.server import Server
from strongroom.agent.rendering.environment import environment_of
from strongroom.agent.rendering.execution import NotRendered
from strongroom.agent.rendering.jinja import jinja_template
from strongroom.agent.rendering.source import Source
from strongroom.server.config.reader import Where

HERE = Where("test", 1)


def test_a_text_of_the_configuration_is_read_once() -> None:
    """Executing again reads nothing again."""
    source = Source(Template(HERE, contents="a"), jinja_template)
    first = source.language()
    source.look_again()
    assert source.language() is first


def test_a_file_is_read_again_when_it_has_changed_after_a_failure(tmp_path: Path) -> None:
    """Somebody who corrects a template needn't restart the agent."""
    file = tmp_path / "t"
    source = Source(Template(HERE, source=str(file)), jinja_template)
    with pytest.raises(NotRendered, match=r"^no such file or directory"):
        source.language()
    file.write_text("{{ a b }}")
    with pytest.raises(NotRendered, match="line 1"):
        source.language()
    file.write_text("{{ 'good' }}")
    first = source.language()
    source.look_again()
    assert source.language() is first
    file.write_text("{{ 'better' }}")
    assert source.language() is first
    source.look_again()
    assert source.language() is not first
    file.unlink()
    source.look_again()
    assert source.language() is not None


def test_commands_know_where_the_server_is() -> None:
    """Clients of each name find it; what isn't configured stays as the agent has it."""
    found = environment_of(Server(address="http://x", tls_skip_verify=True), {"BAO_NAMESPACE": "n", "VAULT_ADDR": "y"})
    assert found == {
        **{f"{prefix}_ADDR": "http://x" for prefix in ("VAULT", "BAO", "STRONGROOM")},
        **{f"{prefix}_SKIP_VERIFY": "true" for prefix in ("VAULT", "BAO", "STRONGROOM")},
        "BAO_NAMESPACE": "n",
    }
