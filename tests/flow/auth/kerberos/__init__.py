"""The auth method kerberos, in this process, with a real KDC and a real directory."""
