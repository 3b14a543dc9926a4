import { describe, expect, test } from "vitest";
import { objectOf, questionOf } from "../../src/pages/policies/ask";
import { proposals } from "../../src/pages/policies/completion";
import { lineOf } from "../../src/pages/policies/lines";

describe("what is proposed", () => {
  const document = { info: { title: "", version: "" }, paths: { "/secret/data/{path}": {}, "/secret/config": {}, "/auth/userpass/users/{username}": {} } };
  test.each([
    ['path "sec', ["secret/data/*", "secret/config"]],
    ['path "auth/', ["auth/userpass/users/+"]],
    ['path "nowhere', []],
  ])("%s", (before, found) => {
    expect(proposals(document, before)).toEqual(found);
  });
  test("capabilities in their list, settings inside of a rule, and nothing in another text", () => {
    expect(proposals(document, '  capabilities = ["read", "')).toContain("sudo");
    expect(proposals(document, "  cap")).toContain("capabilities");
    expect(proposals(document, "  cap")).not.toContain("path");
    expect(proposals(document, '  comment = "')).toEqual([]);
  });
});

const POLICY = 'path "a" {\n}\npath "b" {\n}\n';
test.each([
  ["failed to parse policy: At 2:16: wrong", 2],
  ['invalid key "x" on line 3', 3],
  ['The rule for "b" matches nothing', 3],
  ["Something else", 1],
])("%s is about line %i", (message, line) => {
  expect(lineOf(POLICY, message)).toBe(line);
});

describe("a question", () => {
  const asked = { path: "a", operation: "read", about: "self", whose: "", parameters: {}, wrapTtl: "" } as const;
  test("about oneself needs no more than the request", () => {
    expect(questionOf(asked)).toEqual(["sys/policies/explain-self", { path: "a", operation: "read" }]);
  });
  test("about policies has their names", () => {
    expect(questionOf({ ...asked, about: "policies", whose: "a, b", parameters: { c: 1 }, wrapTtl: "5m" })).toEqual([
      "sys/policies/explain",
      { path: "a", operation: "read", policies: ["a", "b"], parameters: { c: 1 }, wrap_ttl: "5m" },
    ]);
  });
});

test.each([
  ["", {}],
  ['{"a": 1}', { a: 1 }],
  ["[1]", null],
  ["null", null],
  ["{", null],
])("the object of %s", (text, found) => {
  expect(objectOf(text)).toEqual(found);
});
