"""Go's package `path`.

Source: https://pkg.go.dev/path
"""

from __future__ import annotations


def clean(path: str) -> str:
    """`path.Clean`: the shortest path that leads to the same place, by its text alone."""
    rooted = path.startswith("/")
    kept: list[str] = []
    for part in path.split("/"):
        if part in {"", "."}:
            continue
        if part != "..":
            kept.append(part)
        elif kept and kept[-1] != "..":
            kept.pop()
        elif not rooted:
            kept.append(part)
    cleaned = "/".join(kept)
    return "/" + cleaned if rooted else cleaned or "."


def base(path: str) -> str:
    """`path.Base`: the last element."""
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def directory(path: str) -> str:
    """`path.Dir`: all but the last element."""
    head, slash, _ = path.rpartition("/")
    return clean(head + slash)


def extension(path: str) -> str:
    """`path.Ext`: from the last dot of the last element on."""
    _, dot, extension = path.rpartition("/")[2].rpartition(".")
    return dot + extension if dot else ""


def is_absolute(path: str) -> bool:
    """`path.IsAbs`."""
    return path.startswith("/")
