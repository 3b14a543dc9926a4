import { expect, test } from "vitest";
import { added } from "../../src/pages/identity/holding";

test("counts add up by kind and mount", () => {
  const one = { tokens: { "auth/userpass/": 2 }, leases: { "database/": 1 } };
  const other = { tokens: { "auth/userpass/": 3, "auth/ldap/": 1 } };
  expect(added(one, other)).toEqual({ tokens: { "auth/userpass/": 5, "auth/ldap/": 1 }, leases: { "database/": 1 } });
  expect(one.tokens["auth/userpass/"]).toBe(2);
});
