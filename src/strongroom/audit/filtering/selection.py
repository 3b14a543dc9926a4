"""Which devices get the entries of a request (pure)."""

from __future__ import annotations

from typing import Protocol, TypeVar

from strongroom.audit.filtering.rules import Rules
from strongroom.services.exchange import Exchange


class Ruled(Protocol):
    """A device with its rules."""

    @property
    def rules(self) -> Rules:
        """What it gets."""
        ...


R = TypeVar("R", bound=Ruled)


def select(devices: tuple[R, ...], exchange: Exchange) -> tuple[tuple[R, ...], bool]:
    """Choose the devices that get the entries of a request: all, unless some have filters.

    An entry is never lost.  If there are only devices with filters and none takes it, all of them get it: Vault would
    serve the request without a trace of it.

    Returns: the devices, and whether no filter takes the entries and no device is there for that.
    """
    for device in devices:
        if device.rules.filter is not None:
            break
    else:
        return devices, False
    taking = {id(device) for device in devices if device.rules.filter is not None and device.rules.takes(exchange)}
    chosen = tuple(
        device
        for device in devices
        if id(device) in taking or (device.rules.filter is None and not (device.rules.fallback and taking))
    )
    return (chosen, False) if chosen else (devices, True)
