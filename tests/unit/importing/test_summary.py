"""Reports for people and programs."""

from __future__ import annotations

from strongroom.importing.inventory import Found, Kind, Lack, Name, Outcome, State
from strongroom.importing.running import Report
from strongroom.importing.summary import plan_document, plan_lines, report_document, report_lines

LISTED = Name(Kind.TRANSIT, "team/", "transit/", "keys/k")
PLAIN = Name(Kind.KV, "", "one/", "a\x1b[31mb")


def test_a_plan() -> None:
    """Counts by kind, and each object that stays, with a command for its namespace."""
    lines = [Found(PLAIN), Found(LISTED, reason="stays", remedy="vault write transit/keys/k/config exportable=true")]
    assert plan_document(lines) == {
        "kinds": {"kv": {"moves": 1, "stays": 0}, "transit": {"moves": 0, "stays": 1}},
        "stays": [
            {
                "kind": "transit",
                "namespace": "team/",
                "mount": "transit/",
                "path": "keys/k",
                "reason": "stays",
                "remedy": "vault write -namespace=team transit/keys/k/config exportable=true",
            }
        ],
    }
    assert list(plan_lines(lines)) == [
        "Kind       Moves    Stays",
        "----       -----    -----",
        "kv         1        0",
        "transit    0        1",
        "",
        "What doesn't move:",
        "  transit team/transit/keys/k: stays",
        "      $ vault write -namespace=team transit/keys/k/config exportable=true",
    ]


def test_a_report() -> None:
    """What didn't wholly come is told one by one, and no name steers the terminal."""
    lack = Lack("password", "hidden", "strongroom write one/a password=-")
    outcomes = [Outcome(PLAIN, State.PARTLY, lacks=(lack,)), Outcome(LISTED, State.FAILED, "denied")]
    report = Report({outcome.name: outcome for outcome in outcomes}, left=3, ended="x")
    document = report_document(report)
    assert (document["succeeded"], document["left"], document["ended"]) == (False, 3, "x")
    assert document["kinds"] == {"kv": {"partly": 1}, "transit": {"failed": 1}}
    assert document["objects"][0]["lacks"][0]["what"] == "password"
    assert list(report_lines(report)) == [
        "Kind       Partly    Failed",
        "----       ------    ------",
        "kv         1         0",
        "transit    0         1",
        "",
        "Partly:",
        "  kv one/a\ufffd[31mb",
        "      password: hidden",
        "      $ strongroom write one/a password=-",
        "",
        "Failed:",
        "  transit team/transit/keys/k: denied",
    ]
