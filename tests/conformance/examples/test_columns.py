"""The example `encrypted_columns`: rows go in and come out, and ciphertexts open in their own place alone."""

from __future__ import annotations

import psycopg
import pytest

from tests.conformance.examples.shop import Shop


def test_what_is_added_is_shown(shop: Shop) -> None:
    """Every text comes back as it was: empty, long, with commas, quotes and other alphabets."""
    given = f'"Sørensen, Åse","a""b@example.com",\n名前,{"x" * 5000}@example.com,DE 1\n'
    assert shop.run("add", given=given).stdout == "customer 1\ncustomer 2\n"
    first, second = ["Sørensen, Åse", 'a"b@example.com', ""], ["名前", "x" * 5000 + "@example.com", "DE 1"]
    assert shop.shown() == {1: first, 2: second}
    assert shop.run("show", "2", "7").stdout.startswith("2,")


def test_the_database_has_ciphertexts_only(shop: Shop) -> None:
    """No text of an encrypted column is in the table, equal texts look different, and plain ones are refused."""
    shop.run("add", given="Ada,same@example.com,DE1\nEmmy,same@example.com,DE1\n")
    texts = [text for _, *texts in shop.stored() for text in texts]
    assert len(set(texts)) == 4
    assert all(text.startswith("vault:v1:") for text in texts)
    with pytest.raises(psycopg.errors.CheckViolation):
        shop.sql("UPDATE customers SET email = 'ada@example.com' WHERE id = 1")


@pytest.mark.parametrize(
    "misplaced",
    [
        "email = (SELECT email FROM customers WHERE id = 2)",
        "email = iban",
        "iban = overlay(iban PLACING 'AAAA' FROM 20)",
    ],
    ids=["of another row", "of another column", "altered"],
)
def test_a_ciphertext_opens_in_its_own_place_alone(shop: Shop, misplaced: str) -> None:
    """One from another row or column isn't decrypted, the program says of which customer, and shows all others."""
    people = shop.fill(3)
    shop.sql(f"UPDATE customers SET {misplaced} WHERE id = 1")
    done = shop.run("show", status=1)
    assert done.stderr.startswith("customer 1 can't be decrypted: ")
    assert shop.shown(status=1) == {number: people[number] for number in (2, 3)}


def test_adding_is_all_or_nothing(shop: Shop) -> None:
    """A line of another form is told by its number, and the lines before it aren't added either."""
    done = shop.run("add", given="Ada,ada@example.com,DE1\nEmmy,emmy@example.com\n", status=1)
    assert "customer 2 has 2 fields" in done.stderr
    assert shop.stored() == []


def test_a_customer_is_changed(shop: Shop) -> None:
    """The new texts are encrypted with the latest version; a customer that isn't there is told."""
    people = shop.fill(2)
    assert shop.run("rotate").stdout == "version 2\n"
    shop.run("change", "1", given="Ada,new@example.com,DE2\n")
    assert shop.shown() == {**people, 1: ["Ada", "new@example.com", "DE2"]}
    assert shop.sql("SELECT key_version FROM customers ORDER BY id") == [(2,), (1,)]
    assert "there is no customer 9" in shop.run("change", "9", given="Ada,a,b\n", status=1).stderr


def test_a_key_that_ignores_contexts_is_refused(shop: Shop) -> None:
    """Without `derived` any ciphertext would open anywhere: the program says so before it makes a table."""
    shop.ask("POST", f"transit/keys/{shop.name}/config", {"deletion_allowed": True})
    shop.ask("DELETE", f"transit/keys/{shop.name}")
    shop.ask("POST", f"transit/keys/{shop.name}", {"derived": False})
    assert "derived=true" in shop.run("init", status=1).stderr
