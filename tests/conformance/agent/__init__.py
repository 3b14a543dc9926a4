<<<<<<< HEAD
"""The agent against servers that run."""
=======
"""The agent and the proxy as programs, with real servers and real clients."""
>>>>>>> fe2dbd29 (Serve clients by a command of its own: strongroom proxy)
