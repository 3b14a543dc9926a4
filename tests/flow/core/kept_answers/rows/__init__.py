"""The table of what may be answered again: a row for each path and operation of a built-in engine."""

from __future__ import annotations

from tests.flow.core.kept_answers.rows import auth, identity, kv, pki, ssh, system, token, transit, turns
from tests.flow.core.kept_answers.rows.world import Subject

SUBJECTS: dict[str, Subject] = {
    "kv": kv.SUBJECT,
    "token": token.SUBJECT,
    "system": system.SUBJECT,
    "identity": identity.SUBJECT,
    "transit": transit.SUBJECT,
    "pki": pki.SUBJECT,
    "ssh": ssh.SUBJECT,
    "turns": turns.SUBJECT,
    "auth": auth.SUBJECT,
}
