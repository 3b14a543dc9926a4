"""Tests plugins: a whole server in the process of the test, over a store in memory and a clock that stands still.

    server = await PluginServer.start(Greeter)
    await server.ok("POST", "greeter/phrase/ann", {"text": "Good morning, {name}!"})
    server.clock.advance(3600)
    await server.work()

Nothing in here is used by a server that serves.
"""

from strongroom.testing.clock import SetClock
from strongroom.testing.mounted import Mounted
from strongroom.testing.server import PluginServer, Reply

__all__ = ["Mounted", "PluginServer", "Reply", "SetClock"]
