"""The ACME server of the `pki` engine.  Source: RFC 8555, RFC 8737, RFC 8738, RFC 9773."""
