"""Rules of policies, where several paths of a mount do the same."""

from __future__ import annotations

import pytest

from tests.flow.node import TestNode


@pytest.mark.parametrize(
    ("denied", "asked"),
    [
        ("issue/web", "issuer/default/issue/web"),
        ("sign/web", "issuer/default/sign/web"),
        ("sign-verbatim", "issuer/default/sign-verbatim"),
        ("sign-verbatim", "sign-verbatim/web"),
        ("sign-verbatim", "issuer/default/sign-verbatim/web"),
        ("sign-verbatim/web", "issuer/default/sign-verbatim/web"),
        ("issuer/default/sign-verbatim", "issuer/default/sign-verbatim/web"),
        ("root/generate/exported", "issuers/generate/root/exported"),
        ("issuers/generate/root/exported", "root/generate/exported"),
        ("root/generate/exported", "root/rotate/exported"),
        ("intermediate/generate/exported", "issuers/generate/intermediate/exported"),
        ("intermediate/generate/existing", "intermediate/cross-sign"),
        ("root/sign-intermediate", "issuer/default/sign-intermediate"),
        ("config/ca", "issuers/import/bundle"),
        ("issuers/import/bundle", "config/ca"),
        ("issuers/import/cert", "intermediate/set-signed"),
        ("config/issuers", "root/replace"),
        ("root/replace", "config/issuers"),
        ("revoke", "roles/web/revoke"),
        ("sign/web", "roles/web/est/simpleenroll"),
        ("sign/web", "roles/web/est/simplereenroll"),
        ("issue/web", "roles/web/est/serverkeygen"),
    ],
)
async def test_a_rule_that_denies_one_path_denies_the_others(denied: str, asked: str) -> None:
    """Whoever may do all but one thing can't do that one by another path; everybody else still can."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/pki", {"type": "pki"})
    everything = 'path "pki/*" { capabilities = ["create", "update", "read"] }'
    assert (await node.ask("POST", f"pki/{asked}", {}, await node.token(everything))).status != 403
    kept = await node.token(f'{everything} path "pki/{denied}" {{ capabilities = ["deny"] }}')
    assert (await node.ask("POST", f"pki/{asked}", {}, kept)).status == 403


@pytest.mark.parametrize("path", ["root/sign-intermediate", "sign-verbatim"])
async def test_the_issuer_that_the_body_names(path: str) -> None:
    """Whoever is denied what an issuer signs can't have it do so by the path that takes the issuer from the body."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/pki", {"type": "pki"})
    rules = 'path "pki/*" { capabilities = ["update"] } path "pki/issuer/prod/*" { capabilities = ["deny"] }'
    token = await node.token(rules)
    for issuer, status in (("prod", 403), ("other", 400)):
        answer = await node.ask("POST", f"pki/{path}", {"issuer_ref": issuer}, token)
        assert answer.status == status


async def test_a_better_rule_still_allows() -> None:
    """A rule that denies both, and one that allows one of them by its own name."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/pki", {"type": "pki"})
    token = await node.token(
        'path "pki/*" { capabilities = ["deny"] } path "pki/issuer/prod/issue/web" { capabilities = ["update"] }'
    )
    assert (await node.ask("POST", "pki/issuer/prod/issue/web", {}, token)).status == 400
    assert (await node.ask("POST", "pki/issue/web", {}, token)).status == 403
