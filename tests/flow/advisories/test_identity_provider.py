"""Advisories about the OpenID Connect provider."""

from __future__ import annotations

from tests.flow.oidc.world import CALLBACK, World

STRANGERS = ("https://evil.example/callback", "//evil.example", CALLBACK + ".evil.example", CALLBACK + "/", "")


async def test_cve_2026_115360_the_provider_redirects_nobody() -> None:
    """There a link to the login page sent people who weren't logged in to anywhere.

    Here the API gives a code to who shows a token, for a registered address, and answers with no redirect.
    """
    world = await World.start()
    ann, _ = await world.person("ann")
    for redirect_uri in (CALLBACK, *STRANGERS):
        for token in (ann, "", "hvs.unknown"):
            answer = await world.authorize(token, redirect_uri=redirect_uri, state="s")
            served = token == ann and redirect_uri == CALLBACK
            assert answer.status == (200 if served else 400 if token == ann else 403), (redirect_uri, token, answer)
            assert ("code" in answer.body) is served
