import { expect, test } from "vitest";
import { engineAt, isOfPage } from "../../src/pages/engines";

test.each([
  ["/secrets/transit", "/secrets/transit"],
  ["/secrets/transit/key", "/secrets/transit"],
  ["/secrets/transitory", undefined],
  ["/secrets", undefined],
  ["/secrets/engine/path", undefined],
  ["/secrets/kv/edit", undefined],
])("the engine of %s", (at, expected) => {
  expect(engineAt(at)).toBe(expected);
});

test.each([
  ["transit/", "transit", "transit/", true],
  ["team/keys", "transit", "team/keys/", true],
  ["secret/", "kv", "secret/", false],
  // The server tells of the mount that a path lies in.
  ["transit/keys", "transit", "transit/", false],
  ["auth/userpass/", "userpass", "auth/userpass/", false],
])("%s, which is %s at %s", (mount, type, path, expected) => {
  expect(isOfPage("/secrets/transit", mount, { type, path, options: null })).toBe(expected);
});
