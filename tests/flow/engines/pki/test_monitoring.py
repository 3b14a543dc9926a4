"""`sys/metrics` of a node with mounts of pki, read by Prometheus' own parser."""

from __future__ import annotations

import base64
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from strongroom.sdk import Engine, Number, View
from strongroom.services.mounts import SECRET
from tests.flow.engines.pki.mounts import openssl
from tests.flow.node import TestNode
from tests.sim.clock import SetClock

Labels = tuple[tuple[str, str], ...]


async def numbers(node: TestNode) -> dict[tuple[str, Labels], float]:
    """The numbers of engines, by name and labels besides the cluster."""
    answer = await node.ask("GET", "sys/metrics?format=prometheus")
    assert answer.status == 200
    return {
        (
            sample.name.removeprefix("vault_secrets_"),
            tuple((name, value) for name, value in sorted(sample.labels.items()) if name != "cluster"),
        ): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
        if sample.name.startswith("vault_secrets_")
    }


async def mounted(*paths: str) -> TestNode:
    """A node with mounts, each with a root and a role."""
    node = await TestNode.start()
    for path in paths:
        await node.ok("POST", f"sys/mounts/{path}", {"type": "pki"})
        await node.ok("POST", f"{path}/root/generate/internal", {"common_name": "Root", "key_type": "ec"})
        await node.ok("POST", f"{path}/roles/any", {"allow_any_name": True, "key_type": "ec", "ttl": "1h"})
    return node


async def test_lists_of_each_mount() -> None:
    """When the first of them ends, how many certificates stand on them, and how many aren't listed yet."""
    node = await mounted("a", "b")
    assert not [name for name, _ in await numbers(node) if name.startswith("pki_crl")]
    leaf = (await node.ok("POST", "a/issue/any", {"common_name": "x.example"})).data
    for path in ("a", "b"):
        await node.ok("GET", f"{path}/cert/crl")
    await node.ok("POST", "b/config/crl", {"expiry": "1h"})
    await node.ok("GET", "b/cert/crl")
    await node.ok("POST", "a/revoke", {"serial_number": leaf["serial_number"]})
    found = await numbers(node)
    assert (found["pki_crl_entries", (("mount", "a/"),)], found["pki_crl_waiting", (("mount", "a/"),)]) == (0, 1)
    await node.ok("GET", "a/cert/crl")
    found = await numbers(node)
    assert (found["pki_crl_entries", (("mount", "a/"),)], found["pki_crl_waiting", (("mount", "a/"),)]) == (1, 0)
    now = SetClock().now()
    assert found["pki_crl_next_update_seconds", (("mount", "a/"),)] == now + 72 * 3600
    assert found["pki_crl_next_update_seconds", (("mount", "b/"),)] == now + 3600


async def test_the_end_of_the_first_issuer() -> None:
    """Of those that may issue; a mount without one tells none."""
    node = await mounted("a")
    now, name = SetClock().now(), ("pki_issuer_not_after_seconds", (("mount", "a/"),))
    first = (await numbers(node))[name]
    soon = {"common_name": "Soon", "key_type": "ec", "ttl": "1h", "issuer_name": "soon"}
    await node.ok("POST", "a/root/generate/internal", soon)
    assert (await numbers(node))[name] == now + 3600 < first
    await node.ok("POST", "a/issuer/soon", {"issuer_name": "soon", "usage": "read-only,crl-signing"})
    assert (await numbers(node))[name] == first
    await node.ok("POST", "sys/mounts/b", {"type": "pki"})
    assert not [each for each in await numbers(node) if each[1] == (("mount", "b/"),)]


async def test_what_a_process_has_done(tmp_path: Path) -> None:
    """Certificates, revocations, answers by OCSP and lists, each counted once."""
    node = await mounted("a")
    before = await numbers(node)
    leaf = (await node.ok("POST", "a/issue/any", {"common_name": "x.example"})).data
    for _ in range(2):
        await node.ok("POST", "a/revoke", {"serial_number": leaf["serial_number"]})
    await node.ok("GET", "a/cert/crl")
    for name in ("certificate", "issuing_ca"):
        (tmp_path / name).write_text(leaf[name] + "\n")
    ask = ("-issuer", str(tmp_path / "issuing_ca"), "-cert", str(tmp_path / "certificate"))
    openssl("ocsp", *ask, "-reqout", str(tmp_path / "question"))
    question = base64.b64encode((tmp_path / "question").read_bytes()).decode()
    assert (await node.ask("GET", f"a/ocsp/{question}")).status == 200
    assert (await node.ask("GET", "a/ocsp/AAAA")).status == 400
    after = await numbers(node)
    changed = {key: after[key] - value for key, value in before.items() if after[key] != value}
    assert changed == {
        ("pki_certificates_issued_total", ()): 1,
        ("pki_certificates_revoked_total", ()): 1,
        ("pki_lists_made_total", (("kind", "complete"),)): 1,
        ("pki_ocsp_answers_total", (("status", "successful"),)): 1,
        ("pki_ocsp_answers_total", (("status", "malformed"),)): 1,
    }


async def test_stored_certificates_are_told_where_that_is_wanted() -> None:
    """By the settings of the mount that tidies itself; they are those that the last run has left."""
    node = await mounted("a", "b")
    counts = {"maintain_stored_certificate_counts": True, "publish_stored_certificate_count_metrics": True}
    await node.ok("POST", "a/config/auto-tidy", counts)
    for path in ("a", "b"):
        await node.ok("POST", f"{path}/tidy", {"tidy_cert_store": True})
    found = await numbers(node)
    assert found["pki_certificates_stored", (("mount", "a/"),)] == 0
    assert found["pki_revoked_certificates_stored", (("mount", "a/"),)] == 0
    assert ("pki_certificates_stored", (("mount", "b/"),)) not in found


class Told(Engine):
    """An engine that counts."""

    type = "told"

    def counted(self) -> tuple[Number, ...]:
        """One count."""
        return (Number("told.things_total", 7, "Things."),)

    async def numbers(self, view: View) -> tuple[Number, ...]:
        """A failure."""
        raise RuntimeError("secret")


async def test_an_engine_that_fails_takes_no_numbers_away() -> None:
    """Its mount has none; all others stay, and so does what its process counts."""
    node = await TestNode.start(engines={(SECRET, "told"): Told()})
    await node.ok("POST", "sys/mounts/t", {"type": "told"})
    found = await numbers(node)
    assert {name: value for (name, _), value in found.items() if not name.startswith("pki")} == {"told_things_total": 7}
