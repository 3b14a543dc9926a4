"""The auth method kerberos, over the wire, with a real KDC and a real directory."""
