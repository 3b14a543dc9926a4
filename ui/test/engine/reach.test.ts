import { describe, expect, test } from "vitest";
import { isTouched, namesIn, type Rules } from "../../src/pages/engine/reach";

const read = { capabilities: ["read"] };
const RULES: Rules = {
  root: false,
  exact_paths: { "db/creds/ro": read, "db/creds/rw": { capabilities: ["deny"] }, "team/db/roles/a": read },
  glob_paths: { "ssh/sign/web-": { capabilities: ["update"] }, "kv/": read, tot: { capabilities: ["list"] }, "machines/app/ids/": { capabilities: ["list"] } },
};

describe("what rules are about", () => {
  test.each([
    ["db/creds/{name}", "read", true],
    ["db/creds/{name}", "delete", false],
    ["machines/{name}/ids", "list", true],
    ["machines/{name}/ids", "read", false],
    ["machines/{name}", "list", false],
    ["db/creds/{name}/more", "read", false],
    ["db/{kind}/{name}", "read", true],
    ["db/roles/{name}", "read", false],
    ["team/db/roles/{name}", "read", true],
    ["ssh/sign/{role}", "update", true],
    ["ssh/sign", "update", false],
    ["ssh/issue/{role}", "update", false],
    ["kv/data/{path}", "read", true],
    ["totp/keys", "list", true],
    ["transit/keys", "list", false],
  ] as const)("%s for %s: %s", (template, capability, expected) => {
    expect(isTouched(template, [capability], RULES)).toBe(expected);
  });

  test("a root token may do everything", () => {
    expect(isTouched("any/thing", ["sudo"], { root: true })).toBe(true);
  });
});

test("names that rules have are proposed, and not those that are denied", () => {
  expect(namesIn("db/creds/{name}", ["read"], RULES)).toEqual(["ro"]);
});
