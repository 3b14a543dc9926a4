"""A code counts once, wrong ones are limited: on all nodes, whatever the clock does."""

from __future__ import annotations

from tests.flow.mfa.world import World


async def test_a_code_counts_once_on_all_nodes() -> None:
    """The second use is refused on the same node and on another, and says why."""
    world = await World.start()
    await world.enrolled("eva")
    peer = await world.node.peer()
    code = world.code("eva")
    assert (await world.login("eva", f"main:{code}")).status == 200
    for node in (world.node, peer):
        refused = await world.validate(await world.request_id("eva"), code, node=node)
        assert refused.status == 403
        assert "code already used; new code is available in 30 seconds" in refused.error


async def test_a_code_counts_once_at_once() -> None:
    """Of many logins with one code at the same time, on two nodes, one succeeds."""
    world = await World.start(max_validation_attempts=100)
    await world.enrolled("eva")
    peer = await world.node.peer()
    header = "main:" + world.code("eva")
    answers = await world.together(*(world.login("eva", header, node=node) for node in (world.node, peer) * 5))
    assert sorted(answer.status for answer in answers) == [200] + [403] * 9


async def test_an_older_code_doesn_t_count_after_a_newer_one() -> None:
    """Even though it was never used: codes go forward only."""
    world = await World.start()
    await world.enrolled("eva")
    older = world.code("eva", -1)
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 200
    assert (await world.login("eva", f"main:{older}")).status == 403


async def test_a_clock_that_jumps_back_makes_no_code_valid_again() -> None:
    """The used code is that of the present period again, and is refused."""
    world = await World.start()
    await world.enrolled("eva")
    code = world.code("eva")
    assert (await world.login("eva", f"main:{code}")).status == 200
    world.node.clock.advance(300)
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 200
    world.node.clock.advance(-300)
    assert world.code("eva") == code
    assert (await world.login("eva", f"main:{code}")).status == 403


async def test_the_codes_of_the_neighbouring_periods_count() -> None:
    """One before and one after with a skew of 1, and none with 0."""
    world = await World.start()
    await world.enrolled("eva")
    assert (await world.login("eva", "main:" + world.code("eva", -1))).status == 200
    assert (await world.login("eva", "main:" + world.code("eva", 1))).status == 200
    assert (await world.login("eva", "main:" + world.code("eva", 2))).status == 403
    strict = await World.start(skew=0)
    await strict.enrolled("eva")
    assert (await strict.login("eva", "main:" + strict.code("eva", -1))).status == 403
    assert (await strict.login("eva", "main:" + strict.code("eva", 1))).status == 403
    assert (await strict.login("eva", "main:" + strict.code("eva"))).status == 200


async def test_wrong_codes_block_on_all_nodes() -> None:
    """The fifth wrong code in a row blocks the entity for one period, for right codes too; others aren't concerned."""
    world = await World.start()
    await world.enrolled("eva")
    await world.enrolled("bob")
    peer = await world.node.peer()
    for node in (world.node, peer, world.node, peer, world.node):
        assert (await world.login("eva", "main:" + world.wrong("eva"), node=node)).status == 403
    refused = await world.validate(await world.request_id("eva"), world.code("eva"), node=peer)
    assert refused.status == 403
    assert "maximum TOTP validation attempts 5 exceeded the allowed attempts 5" in refused.error
    assert "Please try again in 30 seconds" in refused.error
    assert (await world.login("bob", "main:" + world.code("bob"))).status == 200
    world.node.clock.advance(29)
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 403
    world.node.clock.advance(1)
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 200


async def test_a_success_forgets_the_failures() -> None:
    """Four wrong codes, a right one, and four wrong ones block nobody."""
    world = await World.start()
    await world.enrolled("eva")
    for _ in range(2):
        for _ in range(4):
            await world.login("eva", "main:" + world.wrong("eva"))
        assert (await world.login("eva", "main:" + world.code("eva"))).status == 200
        world.node.clock.advance(30)


async def test_every_further_block_lasts_twice_as_long() -> None:
    """Who goes on guessing gets five guesses in 30 seconds, then in 60, and at last five an hour."""
    world = await World.start()
    await world.enrolled("eva")
    for lasts_s in (30, 60, 120, 240):
        for _ in range(5):
            await world.login("eva", "main:" + world.wrong("eva"))
        world.node.clock.advance(lasts_s - 1)
        refused = await world.validate(await world.request_id("eva"), world.wrong("eva"))
        assert "Please try again in 1 seconds" in refused.error
        world.node.clock.advance(1)


async def test_the_limit_is_the_method_s() -> None:
    """`max_validation_attempts` wrong codes block, and not one fewer."""
    world = await World.start(max_validation_attempts=2)
    await world.enrolled("eva")
    await world.login("eva", "main:" + world.wrong("eva"))
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 200
    world.node.clock.advance(30)
    await world.login("eva", "main:" + world.wrong("eva"))
    await world.login("eva", "main:" + world.wrong("eva"))
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 403


async def test_wrong_codes_lock_no_user_out() -> None:
    """Only wrong passwords count for the lockout of users."""
    world = await World.start(max_validation_attempts=100)
    await world.enrolled("eva")
    for _ in range(6):
        await world.login("eva", "main:" + world.wrong("eva"))
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 200
