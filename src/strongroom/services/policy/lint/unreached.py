"""Rules of a policy that no request can match, or none of those that were meant (pure).

The path of a request has no `v1/`, which its URL has, and a `*` stands for anything at the end of a rule only.  Nobody
would hear of either: a token is refused later, or a `deny` denies nothing.

On version 1 of the key/value engine, `secret/web` is a secret's path.  On version 2 the path is `secret/data/web`.  A
rule for `secret/web` allows nothing and denies nothing there.

Source: https://developer.hashicorp.com/vault/docs/secrets/kv/kv-v2/upgrade#acl-rules
"""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.services.policy.parse import LIST, SCAN, Rule

_SECTIONS = ("config", "data", "delete", "destroy", "detailed-metadata", "metadata", "subkeys", "undelete")


def warnings(rules: Iterable[Rule], versioned: Iterable[str], others: Iterable[str]) -> list[str]:
    """The warnings about the rules.

    Args:
        versioned: paths of the mounts of version 2 of the key/value engine, each ending in a slash.
        others: paths of all other mounts.  A rule that covers one of them may be meant for it.
    """
    versioned, others = list(versioned), list(others)
    found: list[str] = []
    for rule in rules:
        if misread := _misread(rule.path, (*versioned, *others)):
            found.append(misread)
            continue
        if any(_behind(rule.path, mount) is not None for mount in others):
            continue
        covered = [(mount, behind) for mount in versioned if (behind := _behind(rule.path, mount)) is not None]
        texts = [_verdict(rule, mount, behind) for mount, behind in covered]
        if all(texts):
            found += texts[:1]
    return found


def _misread(path: str, mounts: Iterable[str]) -> str:
    """What is wrong with a rule wherever it is meant for; empty when nothing is."""
    if path.startswith("v1/") and not any(mount.startswith("v1/") for mount in mounts):
        return (
            f'The rule for "{path}" matches nothing: v1/ is a part of URLs, and not of paths. '
            f'Did you mean "{path.removeprefix("v1/")}"?'
        )
    if "*" in path[:-1]:
        *folders, last = path.split("/")
        meant = "/".join([*("+" if segment == "*" else segment for segment in folders), last])
        hint = f' Did you mean "{meant}"? A + stands for one segment.' if "*" not in meant[:-1] else ""
        where = "it stands for anything at the end only."
        return f'The rule for "{path}" matches no more than paths with a * in them: {where}{hint}'
    return ""


def _behind(path: str, mount: str) -> str | None:
    """The part of a rule's path after the mount's path.

    It is `*` if the rule's glob begins before the mount's end, and None if the rule covers nothing of the mount.
    """
    ours, theirs = path.split("/"), mount.rstrip("/").split("/")
    for index, (own, segment) in enumerate(zip(ours, theirs, strict=False)):
        if index == len(ours) - 1 and own.endswith("*"):
            return "*" if segment.startswith(own[:-1]) else None
        if own not in {segment, "+"}:
            return None
    behind = ours[len(theirs) :]
    return "/".join(behind) if behind else None


def _verdict(rule: Rule, mount: str, behind: str) -> str:
    """The problem of a rule that covers a part of a versioned mount; empty if there is none."""
    section, slash, rest = behind.partition("/")
    written = rule.path.removesuffix(behind)
    only_lists = bool(rule.capabilities) and not rule.capabilities & ~(LIST | SCAN)
    if section == "data" and slash and only_lists:
        return (
            f'The rule for "{rule.path}" allows nothing: {mount} keeps versions, and names are listed below '
            f'{mount}metadata/. Did you mean "{written}metadata/{rest}"?'
        )
    if section == "+" or section in _SECTIONS or (not slash and _is_glob_of_one(section)):
        return ""
    meant = f'"{written}{"metadata" if only_lists else "data"}/{behind}"'
    if rule.capabilities & LIST and not only_lists:
        meant += f', and "{written}metadata/{behind}" to list'
    return (
        f'The rule for "{rule.path}" matches nothing: {mount} keeps versions, and its secrets are below {mount}data/. '
        f"Did you mean {meant}?"
    )


def _is_glob_of_one(segment: str) -> bool:
    return segment.endswith("*") and any(name.startswith(segment[:-1]) for name in _SECTIONS)
