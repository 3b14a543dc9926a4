"""Devices and the entries they are handed: which are opened, asked again, left out, closed."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any

import pytest

from strongroom.audit import AuditBroker
from strongroom.audit.broker import AuditedHeader, style_of
from strongroom.audit.devices import DeviceRequest
from strongroom.audit.entry import TEST_PATH, Outcome
from strongroom.audit.notation import Style
from strongroom.barrier import keys
from strongroom.barrier.transaction import OPTIMISTIC_ATTEMPTS, Transaction, transact
from strongroom.crypto.mac import hmac_sha256_hex
from strongroom.lib.errors import Internal, InvalidRequest
from strongroom.lib.rand import SystemRandom
from strongroom.services.exchange import Exchange
from tests.unit.audit.auditing import KNOWN, NOW, begun, entries, entry_of
from tests.unit.barrier.places import counted, put, text_of


async def test_a_device_is_kept_as_it_was_asked_for() -> None:
    """Path, type, description and options; a key of its own; opened and written to once to see that it works."""
    auditing = await begun()
    await auditing.enable("b/", log_raw="true")
    await auditing.enable("a/")
    first, second = await auditing.records()
    shown = [(r.path, r.type, r.description, r.options, r.local) for r in (first, second)]
    assert shown == [
        ("a/", "kept", "about a/", {}, False),
        ("b/", "kept", "about b/", {"log_raw": "true"}, False),
    ]
    assert len(first.salt) == len(second.salt) == 32
    assert first.salt != second.salt
    assert first.id != second.id
    gc.collect()
    assert [device.events for device in auditing.devices] == [["open", "write", "close"]] * 2
    assert [entry["request"]["path"] for entry in map(entry_of, auditing.devices)] == [TEST_PATH] * 2


@pytest.mark.parametrize("path", ["logs/", "logs/below/", "logs/below/that/"])
async def test_no_path_lies_in_anothers(path: str) -> None:
    """Taken, above one that is there, or below it: refused, and nothing is stored."""
    auditing = await begun()
    await auditing.enable("logs/below/")
    with pytest.raises(InvalidRequest, match="path already in use"):
        await auditing.enable(path)
    await auditing.enable("log/")
    assert [record.path for record in await auditing.records()] == ["log/", "logs/below/"]


async def test_what_cannot_work_is_no_device() -> None:
    """An unknown type, options that make no sense, one that cannot be opened, a prefix that nobody allowed."""
    auditing = await begun()
    for type_, options, text in (
        ("nothing", {}, 'unknown backend type: "nothing"'),
        ("kept", {"log_raw": "perhaps"}, 'strconv.ParseBool: parsing "perhaps": invalid syntax'),
        ("kept", {"broken": "open"}, "cannot be opened"),
        ("kept", {"broken": "write"}, "sanity check failed; the device takes no entry"),
        ("kept", {"prefix": "> "}, "allow_audit_log_prefixing"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await auditing.enable("a/", type_, **options)
    assert await auditing.records() == []
    await auditing.enable("a/", prefix="")
    assert [record.path for record in await auditing.records()] == ["a/"]


async def test_a_prefix_stands_before_each_line_where_it_is_allowed() -> None:
    """The line itself is as without."""
    auditing = await begun(prefixes=True)
    await auditing.enable("a/", prefix="> ")
    await auditing.say()
    (line,) = (await auditing.device("a/")).lines
    assert line.startswith(b'> {"time"')
    assert line.endswith(b"\n")


async def test_a_device_keeps_its_key_over_all_attempts() -> None:
    """A request that enables one and has to run again makes no other key and no other id."""
    auditing = await begun()
    seen = []

    async def enable(txn: Transaction, run: int) -> None:
        await text_of(txn, "x")
        await auditing.broker.enable(txn, DeviceRequest("a/", "kept", "", {}, local=True), NOW)
        seen.append(auditing.devices[-1].id)
        if run < OPTIMISTIC_ATTEMPTS - 1:
            await put(auditing.other, {"x": str(run)})

    await transact(auditing.barrier, counted(enable))
    (record,) = await auditing.records()
    assert (record.id, record.local) == (seen[0], True)
    assert len(set(seen)) == 1 < len(seen)


async def test_each_device_writes_with_a_key_of_its_own() -> None:
    """The same text has another digest in each log: HMAC-SHA256 under the device's key, short or long."""
    auditing = await begun()
    await auditing.enable("a/")
    await auditing.enable("b/")
    for _ in range(2):
        await auditing.say()
    for record in await auditing.records():
        first, second = entries(await auditing.device(record.path))
        expected = "hmac-sha256:" + hmac_sha256_hex(record.salt, b"secret")
        assert first["request"]["data"] == second["request"]["data"] == {"x": expected}
    for sink in await auditing.sinks():
        for text in ("x" * 64, "x" * 65, "\udcff"):
            digest = hmac_sha256_hex(sink.record.salt, text.encode("utf-8", "surrogateescape"))
            shown = [getattr(sink.channel, how)(text) for how in ("digest", "digest_of_token", "digest_of_token")]
            assert shown == ["hmac-sha256:" + digest] * 3
        first_of_many = sink.channel.digest_of_token("many")
        for number in range(5000):
            sink.channel.digest_of_token(f"n{number}")
        assert sink.channel.digest_of_token("many") == first_of_many == sink.channel.digest("many")


async def test_one_device_that_takes_it_is_enough_and_none_is_too_few() -> None:
    """Whichever fails; with all failing the request is refused; with none configured nothing is asked."""
    auditing = await begun()
    await auditing.say()
    await auditing.enable("a/")
    await auditing.enable("b/")
    await auditing.sinks()
    a, b = await auditing.device("a/"), await auditing.device("b/")
    for first, second, taken in (
        ("", "", True),
        ("write", "", True),
        ("", "write", True),
        ("write", "write", False),
    ):
        a.broken, b.broken = first, second
        a.lines.clear()
        b.lines.clear()
        if taken:
            await auditing.say()
        else:
            with pytest.raises(Internal, match="failed to audit request, cannot continue"):
                await auditing.say()
            with pytest.raises(Internal, match="failed to audit request, cannot continue"):
                auditing.broker.require(auditing.broker.response(await auditing.sinks(), KNOWN, Outcome(), 2.0))
        assert (len(a.lines), len(b.lines)) == (0 if first else 1, 0 if second else 1)


async def test_a_line_that_was_not_taken_leaves_no_gap() -> None:
    """The next line has the number that the failed one would have had: the chain shows no line missing."""
    auditing = await begun()
    await auditing.enable("a/")
    await auditing.say()
    device = await auditing.device("a/")
    device.broken = "write"
    with pytest.raises(Internal):
        await auditing.say()
    device.broken = ""
    await auditing.say()
    assert [entry["chain"]["sequence"] for entry in entries(device)] == [1, 2]
    (writer,) = {entry["chain"]["writer"] for entry in entries(device)}
    assert writer.startswith("node-1-")
    assert auditing.writers.own(writer)


async def test_a_device_that_does_not_open_is_tried_again_with_each_entry() -> None:
    """And once it is open, it stays open."""
    auditing = await begun()
    await auditing.enable("a/")
    await auditing.enable("b/")
    (record, _) = await auditing.records()
    broken = ["open"]
    make = auditing.broker.types["kept"]

    def reluctant(options: Mapping[str, str], id_: str, configured: bool) -> Any:
        device = make(options, id_, configured)
        device.broken = broken[0] if id_ == record.id else ""  # type: ignore[attr-defined]
        return device

    auditing.broker.types = {"kept": reluctant}
    await auditing.say()
    device = await auditing.device("a/")
    assert device.events == ["open", "open"]
    await auditing.say()
    assert device.events == ["open", "open", "open"]
    device.broken = ""
    await auditing.say()
    await auditing.say()
    assert device.events == ["open", "open", "open", "open", "write", "write"]
    assert len((await auditing.device("b/")).lines) == 4


async def test_after_a_rotation_every_device_begins_anew() -> None:
    """One that can't is opened again by its next entry, and holds up no other."""
    auditing = await begun()
    for path in ("a/", "b/"):
        await auditing.enable(path)
    await auditing.say()
    a, b = await auditing.device("a/"), await auditing.device("b/")
    a.broken = "reopen"
    auditing.broker.reopen()
    await auditing.say()
    assert a.events == ["open", "write", "reopen", "open", "write"]
    assert b.events == ["open", "write", "reopen", "write"]


async def test_a_device_is_closed_when_nobody_can_write_to_it_any_more() -> None:
    """Not by being disabled, as the request that disables it is written to it; the others go on as they were."""
    auditing = await begun()
    await auditing.enable("a/")
    await auditing.enable("b/")
    before = await auditing.sinks()
    a, b = await auditing.device("a/"), await auditing.device("b/")
    await auditing.disable("a/")
    await auditing.disable("none/")
    after = await auditing.sinks()
    assert [sink.record.path for sink in after] == ["b/"]
    auditing.broker.require(auditing.broker.request(before, KNOWN, "", 1.0))
    assert a.events == ["open", "write"]
    del before
    gc.collect()
    assert a.events == ["open", "write", "close"]
    assert b.events == ["open", "write"]
    auditing.broker.close()
    assert b.events == ["open", "write", "close"]
    assert auditing.broker.backlogs() == {}


async def test_a_configuration_that_did_not_change_opens_nothing_again() -> None:
    """The devices are those of the request before; another change of the configuration keeps them open, too."""
    auditing = await begun()
    await auditing.enable("a/")
    assert await auditing.sinks() is await auditing.sinks()
    await auditing.enable("b/")
    await auditing.say()
    assert (await auditing.device("a/")).events == ["open", "write"]


async def test_headers_are_those_of_the_configuration() -> None:
    """In lower case, as a digest or not, until they are taken out."""
    auditing = await begun()
    await auditing.enable("a/")
    device = None
    for value, shown in ((AuditedHeader(hmac=False), ["1"]), (AuditedHeader(hmac=True), None), (None, "absent")):

        async def change(txn: Transaction, value: AuditedHeader | None = value) -> None:
            auditing.broker.set_header(txn, "X-One", value)
            assert await txn.read(keys.SETTINGS + "audit-header/x-one", AuditedHeader) == value

        await transact(auditing.barrier, change)
        told = await transact(auditing.barrier, auditing.broker.headers)
        assert told == ({} if value is None else {"x-one": value})
        await auditing.say()
        device = await auditing.device("a/")
        headers = entries(device)[-1]["request"].get("headers", {"x-one": "absent"})
        if shown is None:
            assert headers["x-one"][0].startswith("hmac-sha256:")
        else:
            assert headers == {"x-one": shown}


async def test_a_response_is_described_like_its_request_even_when_that_was_long_ago() -> None:
    """More requests at a time than are remembered, and one that was never seen: what both entries say is the same."""
    auditing = await begun()
    await auditing.enable("a/")
    sinks = await auditing.sinks()
    many = [Exchange(msg) for msg in [KNOWN.request] * 1100]
    for known in many:
        auditing.broker.require(auditing.broker.request(sinks, known, "", 1.0))
    for known in (many[0], many[-1], Exchange(KNOWN.request)):
        auditing.broker.require(auditing.broker.response(sinks, known, Outcome(error="no"), 2.0))
    device = await auditing.device("a/")
    first, *_ = seen = entries(device)
    for entry in seen[-3:]:
        assert (entry["type"], entry["time"]) == ("response", "1970-01-01T00:00:02.000000Z")
        assert (entry["request"], entry["auth"]) == (first["request"], first["auth"])
    assert first["time"] == "1970-01-01T00:00:01.000000Z"


async def test_what_waits_is_told_by_path() -> None:
    """Only for devices whose entries go that way; a backlog is given up for devices that are configured no more."""
    auditing = await begun()
    await auditing.enable("a/")
    await auditing.enable("b/")
    await auditing.sinks()
    ids = {record.path: record.id for record in await auditing.records()}
    auditing.backlog.bytes = {ids["a/"]: 0, ids["b/"]: None}
    assert auditing.broker.backlogs() == {"a/": 0}
    auditing.backlog.aside = {ids["a/"]: 7, ids["b/"]: None}
    assert auditing.broker.undeliverable() == {"a/": 7}
    assert auditing.backlog.ids[-1] == set(ids.values())
    await auditing.disable("a/")
    await auditing.sinks()
    assert auditing.backlog.ids[-1] == {ids["b/"]}
    alone = AuditBroker({}, SystemRandom(), auditing.writers)
    assert (alone.backlogs(), alone.undeliverable()) == ({}, {})
    assert await transact(auditing.barrier, alone.records) == await auditing.records()


@pytest.mark.parametrize(
    ("options", "style"),
    [
        ({}, Style()),
        ({"log_raw": "true", "hmac_accessor": "false", "elide_list_responses": "1"}, Style(True, False, True)),
        ({"log_raw": "false", "hmac_accessor": "t"}, Style(False, True, False)),
        ({"format": "json", "exclude": "", "filter": "false", "fallback": "false"}, Style()),
    ],
)
def test_a_style_is_what_the_options_say(options: dict[str, str], style: Style) -> None:
    """Nothing raw, accessors hidden, listings whole unless a device asks otherwise."""
    assert style_of(options) == style
    assert (Style().log_raw, Style().hmac_accessor, Style().elide_list_responses) == (False, True, False)


@pytest.mark.parametrize("name", ["log_raw", "hmac_accessor", "elide_list_responses"])
@pytest.mark.parametrize("text", ["", "maybe"])
def test_an_option_is_a_truth_or_refused(name: str, text: str) -> None:
    """Neither an empty text nor a word counts as one."""
    with pytest.raises(InvalidRequest, match=f'strconv.ParseBool: parsing "{text}": invalid syntax'):
        style_of({name: text})


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"prefix": "a\n"}, "a prefix holds no control characters"),
        ({"format": "xml"}, 'unknown format type "xml"'),
        ({"format": ""}, 'unknown format type ""'),
    ],
)
def test_options_that_would_be_missed_are_refused(options: dict[str, str], text: str) -> None:
    """What breaks a line, and formats that are not there; each says which."""
    with pytest.raises(InvalidRequest) as refused:
        style_of(options)
    assert refused.value.text == text


async def test_a_fault_of_ours_is_not_taken_for_a_device_that_failed() -> None:
    """It is raised: another device's taking the entry must not hide it."""
    auditing = await begun()
    await auditing.enable("a/")
    await auditing.enable("b/")
    await auditing.sinks()
    auditing.broker.reopen()
    device = await auditing.device("a/")
    device.broken = "reopen"
    auditing.broker.reopen()
    device.broken = "fault"
    with pytest.raises(ZeroDivisionError):
        await auditing.say()
