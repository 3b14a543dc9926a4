"""The auth method radius, over the wire and beside a real RADIUS server."""
