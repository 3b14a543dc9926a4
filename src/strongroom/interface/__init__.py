"""The web interface: its built files, and the answers that they make."""

from strongroom.interface.files import Unbuilt, built
from strongroom.interface.site import PREFIX, Page, Site

__all__ = ["PREFIX", "Page", "Site", "Unbuilt", "built"]
