"""The page on regions: its commands, typed at two regions on this machine."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.docs.console import Block, blocks
from tests.conformance.docs.shell import opened, programs, run_blocks
from tests.conformance.program import wait_until
from tests.conformance.regions.pair import health, pair

PAGE = Path(__file__).parents[3] / "docs" / "regions.md"


def commands() -> list[Block]:
    """The blocks of the page in which commands stand."""
    return [block for block in blocks(PAGE) if block.steps]


def test_the_page_leads_from_two_servers_to_a_promoted_second_one(tmp_path: Path) -> None:
    """The commands print what the page shows, and what was written before is served by the promoted region."""
    set_up, joined, waited, promoted = commands()
    with pair(tmp_path / "regions") as both, opened(tmp_path, programs(tmp_path)) as (shell, names):
        first, second = both.first.node, both.second.node
        names.replace("vault-eu.example.com:8203", f"127.0.0.1:{both.switch.port}")

        def at(node_address: str, token: str, block: Block) -> None:
            shell.run(f"export VAULT_ADDR=http://{node_address} VAULT_TOKEN={token}")
            assert run_blocks(PAGE, [block], shell, names) == len(block.steps)

        first.ok("POST", "sys/mounts/kv", {"type": "kv"})
        first.ok("POST", "kv/a", {"value": "1"})
        at(first.address, first.token, set_up)
        at(second.address, second.token, joined)
        wait_until(lambda: health(second).get("sealed") is True, both.trouble, 30)
        # Nobody would unseal it for a command that waits.
        assert shell.run("strongroom operator region status -wait")[1] == 2
        second.unseal()
        second.token = first.token
        at(second.address, first.token, waited)
        both.level()
        both.switch.cut()
        at(second.address, first.token, promoted)
        assert second.ok("GET", "kv/a").json["data"] == {"value": "1"}
        second.ok("POST", "kv/b", {"value": "2"})
