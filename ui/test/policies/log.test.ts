import { describe, expect, test } from "vitest";
import { batches, count, nothing, typedRequests } from "../../src/pages/policies/log";

const entry = (more: object = {}, request: object = {}, auth: object = {}) =>
  JSON.stringify({
    type: "request",
    auth: { token_policies: ["web", "default"], entity_id: "e", policy_results: { granting_policies: [{ namespace_id: "n" }] }, ...auth },
    request: { operation: "read", path: "secret/data/web", namespace: { path: "team/" }, ...request },
    ...more,
  });

function counted(...lines: string[]) {
  const found = nothing();
  for (const line of lines) count(found, line);
  return found;
}

describe("the requests of a log", () => {
  test("those of one kind are counted once, whatever the order of their policies", () => {
    const found = counted(entry(), entry({}, {}, { token_policies: ["default", "web"] }));
    expect([...found.kinds.values()]).toEqual([
      { operation: "read", path: "secret/data/web", namespace: "team/", policies: ["default", "web"], entity_id: "e", token_namespace: "n", count: 2 },
    ]);
  });

  test.each([
    ["answers", entry({ type: "response" })],
    ["what root asks", entry({}, {}, { token_policies: ["root"] })],
    ["what needs no token", entry({ auth: null })],
    ["logins and the like", entry({}, { operation: "alias-lookahead" })],
    ["tests of the device", entry({}, { path: "sys/audit/test" })],
    ["empty lines", ""],
  ])("%s are passed over", (_, line) => {
    expect(counted(line)).toEqual({ ...nothing() });
  });

  test("lines that are no entries are counted, and a prefix is none", () => {
    const found = counted("nonsense", "{", `@cee: ${entry()}`);
    expect([found.unreadable, found.kinds.size]).toEqual([2, 1]);
  });

  test("the most frequent are in the first part", () => {
    const found = counted(entry({}, { path: "a" }), entry({}, { path: "b" }), entry({}, { path: "b" }));
    expect(batches(found, 1).map((part) => part.map(({ path }) => path))).toEqual([["b"], ["a"]]);
  });
});

test("typed requests are taken line by line", () => {
  expect(typedRequests("read /v1/secret/data/a b\n\nlist  secret/metadata/", ["web"])?.map(({ operation, path, policies }) => [operation, path, policies])).toEqual([
    ["read", "secret/data/a b", ["web"]],
    ["list", "secret/metadata/", ["web"]],
  ]);
  expect(typedRequests("look secret/data/a", [])).toBeNull();
  expect(typedRequests("read", [])).toBeNull();
});
