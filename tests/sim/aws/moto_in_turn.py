"""`moto_server` that serves one request at a time, and copies tables of DynamoDB cheaply.

moto serves requests in threads without any lock.  Two requests that write one object of S3 under the condition that
there is none both succeed, if the second asks between the first one's question and its write.  A transaction of
DynamoDB that it refuses puts back the whole table as it was, and so takes away what another request wrote meanwhile.
And before each transaction it copies the whole table, with all values, once for each of its items: with a hundred items
and some thousand rows that takes minutes.
"""

from __future__ import annotations

import copy
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from moto import server
from moto.dynamodb.models.table import Table


def _with_own_rows(table: Any, _: dict[int, Any]) -> Any:
    """A copy with the same items: puts and removals replace items, and never change one."""
    copied = copy.copy(table)
    copied.items = defaultdict(dict, {partition: dict(rows) for partition, rows in table.items.items()})
    return copied


def _in_turn(application: Any) -> Callable[..., Any]:
    lock = threading.Lock()

    class Application:
        debug = True

        def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
            with lock:
                return list(application(environ, start_response))

    return Application()


def main() -> None:
    """Serve, with the arguments of `moto_server`."""
    module: Any = server
    made = module.DomainDispatcherApplication
    module.DomainDispatcherApplication = lambda *given: _in_turn(made(*given))
    table: Any = Table
    table.__deepcopy__ = _with_own_rows
    module.main()


if __name__ == "__main__":
    main()
