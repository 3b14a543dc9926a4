"""The command `audit query`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from strongroom.cli.audit.files import STDIN, lines_of
from strongroom.cli.audit.plain import PlainLines
from strongroom.cli.command import FORMAT, Arity, Command
from strongroom.cli.data import DataError, DataReader
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.inquiry.moments import FORMS, moment

if TYPE_CHECKING:
    from strongroom.inquiry.criteria import Criteria
    from strongroom.inquiry.inquiry import Found, Inquiry

_DIGEST = "hmac-sha256:"
_SECRETS = ("accessor", "token", "value")
"""Values that a log contains as digests."""


def _moment(call: Invocation, name: str) -> str:
    text = call.flags.text(name)
    try:
        return moment(text, datetime.now(UTC)) if text else ""
    except ValueError as error:
        raise Failure(f"Invalid value for -{name}: {error}") from error


def _secrets(call: Invocation) -> dict[str, list[str]]:
    """The flags' values that a log contains as digests.  `-` and `@file` are read."""
    reader, found = DataReader(call.stdin), dict[str, list[str]]()
    if STDIN in call.arguments and any(STDIN in call.flags.many(name) for name in _SECRETS):
        raise Failure("Standard input can be named once.")
    for name in _SECRETS:
        try:
            read = [str(reader.read([f"{name}={word}"])[name]) for word in call.flags.many(name)]
        except DataError as error:
            raise Failure(f"Invalid value for -{name}: {error}") from error
        # A file, or what `echo` has piped, ends in a newline that isn't of the value.
        found[name] = [text.removesuffix("\n") for text in read]
        if "" in found[name]:
            raise Failure(f"Invalid value for -{name}: it is empty")
    return found


def _digests(call: Invocation, texts: list[str]) -> list[str]:
    """Each text as the log contains it: its digest from the server, or the text itself if it is a digest already."""
    path, found = clean(call.flags.text("path") or "file"), []
    for text in texts:
        if text.startswith(_DIGEST):
            found.append(text)
            continue
        with call.doing("Error asking for the digest: "):
            answer = call.client().write(f"sys/audit-hash/{path}", {"input": text}) or {}
        found.append(str(answer["data"]["hash"]))
    return found


def _criteria(call: Invocation) -> Criteria:
    from strongroom.inquiry.criteria import Criteria, check_network  # noqa: PLC0415 - needs msgspec, which is slow

    secrets, flags = _secrets(call), call.flags
    accessors, tokens = (secrets[name] for name in ("accessor", "token"))
    try:
        networks = tuple(map(check_network, flags.many("remote-address")))
    except ValueError as error:
        raise Failure(f"Invalid value for -remote-address: {error}") from error
    outcomes = [name for name, flag in (("denied", "denied"), ("error", "failed")) if flags.on(flag)]
    return Criteria(
        since=_moment(call, "since"),
        until=_moment(call, "until"),
        paths=tuple(flags.many("request-path")),
        operations=tuple(flags.many("operation")),
        names=tuple(flags.many("name")),
        entities=tuple(flags.many("entity")),
        # The plain text is searched too, because `hmac_accessor=false` and `log_raw` write it.
        accessors=(*accessors, *_digests(call, accessors)),
        tokens=(*tokens, *_digests(call, tokens)),
        policies=tuple(flags.many("policy")),
        networks=networks,
        ids=tuple(flags.many("request-id")),
        outcomes=(*outcomes, "denied") if outcomes == ["error"] else tuple(outcomes),
        values=tuple(digest.encode() for digest in _digests(call, secrets["value"])),
    )


def _query(call: Invocation) -> int:
    if call.form not in {"table", "json"}:
        raise Failure("audit query prints a table, or with -format=json one document a line.")
    if call.arguments.count(STDIN) > 1:
        raise Failure("Standard input can be named once.")
    criteria = _criteria(call)
    from strongroom.inquiry.inquiry import Inquiry  # noqa: PLC0415 - as above

    inquiry, plain, printed = Inquiry(criteria), PlainLines(), 0
    for name in call.arguments:
        with lines_of(name) as lines:
            for found in inquiry.read(plain.of(lines)):
                _print(call, found, first=not printed)
                printed += 1
    for found in inquiry.finish():
        _print(call, found, first=not printed)
        printed += 1
    _remarks(call, inquiry)
    if not printed and call.table:
        from strongroom.cli.audit.unmatched import notes  # noqa: PLC0415 - as above

        call.terminal.out("No entries match.")
        for note in notes(criteria):
            call.terminal.warn(note)
    return 0 if printed else 2


def _print(call: Invocation, found: Found, *, first: bool) -> None:
    from strongroom.cli.audit import rows  # noqa: PLC0415 - as above

    if not call.table:
        call.terminal.raw(f"{rows.document(found)}\n")
        return
    if first:
        call.terminal.out(rows.header())
    call.terminal.out(rows.row(found))
    if call.flags.on("detailed"):
        call.terminal.out(rows.details(found))


def _remarks(call: Invocation, inquiry: Inquiry) -> None:
    """Notes about the part of the log that was read."""
    if inquiry.unreadable:
        call.terminal.warn(f"{inquiry.unreadable} lines are no entries of an audit log; they were passed over.")
    if inquiry.trail.forgotten:
        call.terminal.warn(
            f"The makers of {inquiry.trail.forgotten} tokens were forgotten for want of room: name fewer files."
        )


_DIGESTED = "its digest is asked of the server. - reads it from standard input, @FILE from a file; may be repeated."

COMMANDS = {
    "audit query": Command(
        "audit query [options] FILE...",
        "Finds requests in the files of an audit log: each request once, with its outcome, who asked, and from where. "
        "Give the files oldest first, from before the tokens were made: then the name of who made a token stands "
        "behind that of the token, and opening a wrapped answer counts as a request for what is wrapped. Files that "
        "end in .gz are unpacked, and - is standard input. All options have to hold; of an option that is given "
        "several times, one value.\n\n"
        "$ strongroom audit query -since=yesterday -until=today -operation=read -request-path=secret/data/shop/db "
        "/var/log/strongroom/audit.log\n\n"
        "Only -token, -accessor and -value ask the server: for digests, which needs a token that may update "
        "sys/audit-hash/PATH. Nothing here checks that the log is what the server wrote; audit verify does.\n\n"
        "The exit code is 0 when there are such requests, 2 when there are none, 1 when something can't be read.",
        _query,
        (
            Group(
                "Output Options", (Flag("detailed", "Print the policies, the error and the ids, too.", "bool"), FORMAT)
            ),
            Group(
                "Command Options",
                (
                    Flag("accessor", f"A token's accessor; {_DIGESTED}", "strings"),
                    Flag("denied", "Requests that were denied.", "bool"),
                    Flag("entity", "The id of an entity; may be repeated.", "strings"),
                    Flag("failed", "Requests that were denied, or failed otherwise.", "bool"),
                    Flag(
                        "name",
                        "The display name of who asked, or of who made its token, as userpass-anna; * stands for any "
                        "text; may be repeated.",
                        "strings",
                    ),
                    Flag("operation", "create, read, update, patch, delete, list, …; may be repeated.", "strings"),
                    Flag("path", "Where the audit device is, whose key makes the digests.", default="file"),
                    Flag("policy", "A policy of the token; may be repeated.", "strings"),
                    Flag("remote-address", "An address, or a network as 10.0.0.0/8; may be repeated.", "strings"),
                    Flag("request-id", "The request_id of an answer; may be repeated.", "strings"),
                    Flag(
                        "request-path",
                        "What was asked for, as policies write it: + for one segment, * at the end for any rest; may "
                        "be repeated.",
                        "strings",
                    ),
                    Flag("since", f"The first moment: {FORMS}. Days are those of UTC."),
                    Flag("token", f"A token; {_DIGESTED}", "strings"),
                    Flag("until", "The first moment that isn't meant any more, in the same forms."),
                    Flag("value", f"A value that was sent or answered; {_DIGESTED}", "strings"),
                ),
            ),
        ),
        Arity(1, None),
    ),
}
