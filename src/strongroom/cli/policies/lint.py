"""The command `policy lint`."""

from __future__ import annotations

from strongroom.cli import text
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.invocation import Invocation
from strongroom.cli.policies.draft import read_draft
from strongroom.cli.render import SecretAnswer


def _lint(call: Invocation) -> int:
    draft = read_draft(call, call.arguments[0].strip())
    with call.doing("Error linting the policy: "):
        answer = call.client().write("sys/policies/lint", {"policy": draft}, method="POST")
    found = [str(each) for each in (SecretAnswer(answer).data or {}).get("warnings") or []]
    if not call.table:
        call.document(found)
    else:
        call.terminal.out("\n\n".join(text.wrap(each) for each in found) or "Nothing to warn of.")
    return 2 if found else 0


COMMANDS = {
    "policy lint": Command(
        "policy lint [options] PATH",
        "Tells what is likely wrong with a policy, by the mounts as they are: rules that match nothing, that never "
        "decide, or that deny less than they seem to. The policy is read from a file, or from standard input for -.\n\n"
        "$ strongroom policy lint web.hcl\n\n"
        "policy write prints the same as warnings. The exit code is 0 when there is nothing to warn of, and 2 when "
        "there is. It needs update on sys/policies/lint.",
        _lint,
        (FORMAT_ONLY,),
        Arity(1, 1),
    ),
}
