"""Enrolment over secure transport: certificates for devices that speak EST.

Source: RFC 7030; RFC 8951; https://developer.hashicorp.com/vault/docs/secrets/pki/est
"""
