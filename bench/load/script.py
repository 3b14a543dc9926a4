"""The Lua script that has wrk send a mix of requests (pure)."""

from __future__ import annotations

from bench.load.requests import Mix, Wanted

MARK = "BENCH"
"""What the line with the measured values begins with."""

_DONE = f"""
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("{MARK} %d %d %d %d %.3f %.3f\\n", summary.requests, summary.duration, e.status,
    e.connect + e.read + e.write + e.timeout, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


def quoted(text: str) -> str:
    """A text as a Lua string.  Decimal escapes work for every byte, and need no thought about quotes."""
    return '"' + "".join(chr(b) if _plain(b) else f"\\{b:03d}" for b in text.encode()) + '"'


def _plain(byte: int) -> bool:
    return 32 <= byte < 127 and chr(byte) not in '"\\'


def _one(wanted: Wanted) -> str:
    """An expression whose value is one request."""
    before, after = wanted.around()
    if not wanted.numbers:
        return quoted(before + after)
    return f"{quoted(before)} .. math.random(0, {wanted.numbers - 1}) .. {quoted(after)}"


def script(mix: Mix, seed: int = 7) -> str:
    """The script.  The numbers of two runs with the same seed are the same."""
    lines = [f"function init(args) math.randomseed({seed}) end", "function request()"]
    if mix.some is not None and mix.share > 0:
        lines.append(f"  if math.random() * 100 < {mix.share} then return {_one(mix.some)} end")
    lines += [f"  return {_one(mix.most)}", "end"]
    return "\n".join(lines) + _DONE
