"""Certificates for listeners, obtained by ACME in a process of their own.

`settings.py` says for whom, `cache.py` what is kept where, `schedule.py` when something is due; `authority.py` speaks
to the certificate authority, `responder.py` answers its HTTP challenges, and `process.py` is the process.

Source: RFC 8555, RFC 8737
"""
