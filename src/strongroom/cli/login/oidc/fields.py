"""What a login in a browser can be given, for its help.  (p)"""

from __future__ import annotations

from strongroom.cli.login.method import Field

FIELDS = {
    "role": Field("The role to log in by; the mount's default without it."),
    "callbackmode": Field(
        'Who gets the provider\'s answer: "client" for this program, "direct" for the server, "device" for a device '
        "flow, which sends none (default: client)."
    ),
    "listenaddress": Field("The address to listen on in client mode (default: localhost)."),
    "port": Field("The port to listen on in client mode, 0 for any that is free (default: 8250)."),
    "callbackmethod": Field(
        "The scheme of the redirect address (default: http; in direct mode that of the server's address)."
    ),
    "callbackhost": Field(
        "The host of the redirect address (default: localhost; in direct mode that of the server's address)."
    ),
    "callbackport": Field(
        "The port of the redirect address (default: port; in direct mode that of the server's address, with the path "
        "of the mount)."
    ),
    "skip_browser": Field("Show the link without opening a browser (default: false).", "bool"),
    "show_qr": Field("Show the link as a QR code too (default: false).", "bool"),
    "abort_on_error": Field("Fail if no browser can be opened (default: false).", "bool"),
}
