"""Entry point of a worker."""

from __future__ import annotations

from strongroom.server import interpreter

if __name__ == "__main__":
    raise SystemExit(interpreter.load("strongroom.server.worker.process").main())
