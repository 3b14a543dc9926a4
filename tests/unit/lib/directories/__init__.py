"""Of `lib/ldap`.  The folder has another name, because it would hide the package `ldap` from the tests."""
