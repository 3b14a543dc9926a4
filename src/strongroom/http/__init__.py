"""Bytes to requests and back: parser, listener, decoding, encoding, status codes."""
