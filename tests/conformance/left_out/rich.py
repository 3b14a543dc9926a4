"""In the place of a package that tools of development bring along, and users don't have.

structlog loads it where it finds it, which takes 60 ms of each process of a server.
"""

raise ImportError("left out, as it is where nothing but Strongroom is installed")
