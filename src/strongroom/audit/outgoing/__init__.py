"""Audit devices whose entries go to another program or machine: `socket`, `syslog` and `http`."""
