"""How many clients use the server, by month."""

from strongroom.services.usage.counting import ClientCounting

__all__ = ["ClientCounting"]
