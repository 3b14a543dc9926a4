"""Customers in PostgreSQL, whose addresses and accounts are encrypted by Strongroom.

Needs psycopg.  Its settings are variables of the environment: VAULT_ADDR, VAULT_TOKEN, DATABASE_URL, and KEY, the name
of a key of the transit engine that was created with derived=true.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from typing import Any

import psycopg

from rewrap import rewrap
from table import AT_ONCE, SCHEMA, Customer, add, change, read
from transit import Away, Refused, TransitKey


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Customers whose addresses and accounts are encrypted.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("init", help="make the table")
    commands.add_parser("add", help="add customers from the standard input: lines of name,email,iban")
    one = commands.add_parser("change", help="replace a customer by the line of the standard input")
    one.add_argument("id", type=int)
    some = commands.add_parser("show", help="show customers in clear: all, or those of these ids")
    some.add_argument("id", type=int, nargs="*")
    commands.add_parser("rotate", help="make a new version of the key")
    rewrapping = commands.add_parser("rewrap", help="encrypt all rows with the latest version of the key")
    rewrapping.add_argument("--rows", type=int, default=AT_ONCE, metavar="N", help=f"rows in a batch ({AT_ONCE})")
    given = parser.parse_args()
    if given.command == "rewrap" and given.rows < 1:
        parser.error("a batch has at least one row")
    return given


def customers() -> list[Customer]:
    """The customers of the standard input.  Raises `ValueError`."""
    lines = [line for line in csv.reader(sys.stdin) if line]
    for at, line in enumerate(lines, 1):
        if len(line) != len(Customer._fields):
            raise ValueError(f"customer {at} has {len(line)} fields; wanted are name,email,iban")
    return [Customer(*line) for line in lines]


def show(connection: psycopg.Connection[Any], key: TransitKey, numbers: list[int]) -> int:
    """Print customers; the exit status."""
    output = csv.writer(sys.stdout, lineterminator="\n")
    status = 0
    for number, found in read(connection, key, numbers or None):
        if isinstance(found, Refused):
            status = complain(f"customer {number} can't be decrypted: {found}")
        else:
            output.writerow([number, *found])
    return status


def run(given: argparse.Namespace, connection: psycopg.Connection[Any], key: TransitKey) -> int:
    """Do what the command line says; the exit status."""
    status = 0
    match given.command:
        case "init":
            key.check()
            connection.execute(SCHEMA)
        case "add":
            for number in add(connection, key, customers()):
                print(f"customer {number}")
        case "change":
            given_customers = customers()
            if len(given_customers) != 1:
                status = complain("the standard input has to be one customer")
            elif not change(connection, key, given.id, given_customers[0]):
                status = complain(f"there is no customer {given.id}")
        case "show":
            status = show(connection, key, given.id)
        case "rotate":
            print(f"version {key.rotate()}")
        case "rewrap":
            for number, why in rewrap(connection, key, given.rows).items():
                status = complain(f"customer {number} is left as it was: {why}")
    return status


def complain(text: str) -> int:
    """Print an error; the exit status that goes with it."""
    print(text, file=sys.stderr)
    return 1


def main() -> int:
    """Run one command; the exit status."""
    given = arguments()
    key = TransitKey(os.environ["VAULT_ADDR"], os.environ["VAULT_TOKEN"], os.environ["KEY"])
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, connect_timeout=10) as connection:
            return run(given, connection, key)
    except (Away, Refused, ValueError, psycopg.Error) as error:
        return complain(f"{type(error).__name__}: {error}")
    except KeyboardInterrupt:
        return complain("\nstopped")


if __name__ == "__main__":
    sys.exit(main())
