"""Random walks over rotations: at every step, exactly those tokens verify that a plain model says verify."""

from __future__ import annotations

import math
import random

import pytest

from tests.flow.oidc.world import World, kid

TOKENS = "identity/oidc"
PERIOD_S = 600
STEPS = 60


class Model:
    """When the tokens of each pair of keys stop to verify, told by what was asked for."""

    def __init__(self) -> None:
        self.until: dict[str, float] = {}
        self.verification_ttl_s = PERIOD_S
        self.signing = ""
        self.next_at = 0.0

    def signed(self, kid: str) -> None:
        """A token was signed by this pair."""
        self.signing = kid
        self.until.setdefault(kid, math.inf)

    def rotated(self, now: float, kept_s: int) -> None:
        """The pair that signs has been retired."""
        if self.signing:
            self.until[self.signing] = now + kept_s
        self.next_at, self.signing = now + PERIOD_S, ""


@pytest.mark.parametrize("seed", range(6))
async def test_tokens_verify_as_long_as_they_should(seed: int) -> None:
    """Whatever rotates the key and whenever, and however the setting changes in between."""
    dice = random.Random(seed)
    world, model = await World.start(), Model()
    person, _ = await world.person("ann")
    times = {"rotation_period": PERIOD_S, "verification_ttl": model.verification_ttl_s}
    await world.server.ok("POST", "identity/oidc/key/k", {"algorithm": "EdDSA", "allowed_client_ids": "*", **times})
    await world.server.ok("POST", "identity/oidc/role/r", {"key": "k", "ttl": 0})
    model.next_at = world.clock.now() + PERIOD_S
    tokens: list[str] = []
    for _ in range(STEPS):
        now = world.clock.now()
        match dice.choice(["sign", "sign", "rotate", "rotate for", "pass", "pass", "work", "set"]):
            case "sign":
                if model.next_at <= now:
                    model.rotated(now, model.verification_ttl_s)
                made = await world.server.ok("GET", "identity/oidc/token/r", token=person)
                tokens.append(made.body["data"]["token"])
                model.signed(kid(tokens[-1]))
            case "rotate":
                await world.server.ok("POST", "identity/oidc/key/k/rotate", {})
                model.rotated(now, model.verification_ttl_s)
            case "rotate for":
                kept_s = dice.choice([0, 1, 60, 5000])
                await world.server.ok("POST", "identity/oidc/key/k/rotate", {"verification_ttl": kept_s})
                model.rotated(now, kept_s)
            case "pass":
                world.clock.advance(dice.choice([1, 59, 60, 299, 600, 1200]))
            case "work":
                await world.server.work()
                if model.next_at <= now:
                    model.rotated(now, model.verification_ttl_s)
            case "set":
                model.verification_ttl_s = dice.choice([0, 60, 600, 6000])
                fields = {"verification_ttl": model.verification_ttl_s}
                await world.server.ok("POST", "identity/oidc/key/k", fields)
        now = world.clock.now()
        for token in tokens:
            assert await world.verified(token, TOKENS) == (now < model.until[kid(token)]), (seed, now)
    assert len(tokens) > 5
