import { expect, test } from "vitest";
import { pathWord, quoted } from "../../src/pages/console/words";
import { usesOf } from "../../src/pages/kv/uses";

test("a versioned secret is at data/ for the API and for policies, and not for the command", () => {
  expect(usesOf({ mount: "a/b/", type: "kv", versioned: true }, "web/it's 5%", "team/x")).toEqual({
    command: "strongroom kv get -namespace=team/x -mount=a/b 'web/it'\\''s 5%'",
    request: "GET /v1/a/b/data/web/it's%205%25",
    rule: 'path "a/b/data/web/it\'s 5%" { capabilities = ["read"] }',
  });
});

test("a plain secret is where it is", () => {
  expect(usesOf({ mount: "old/", type: "kv", versioned: false }, "web", "")).toEqual({ command: "strongroom kv get -mount=old web", request: "GET /v1/old/web", rule: 'path "old/web" { capabilities = ["read"] }' });
});

test("a cubbyhole's is read by its path", () => {
  expect(usesOf({ mount: "cubbyhole/", type: "cubbyhole", versioned: false }, "a", "").command).toBe("strongroom read cubbyhole/a");
});

test.each(["a*", "+/b", "+", "{{identity.entity.id}}"])("no rule is made of %s, which would be a pattern", (path) => {
  expect(usesOf({ mount: "kv/", type: "kv", versioned: true }, path, "").rule).toBeNull();
});

test.each([
  ["a-b/c_1", "a-b/c_1"],
  ["$(id)", "'$(id)'"],
  ["a*b;c d", "'a*b;c d'"],
  ["", "''"],
])("%j is one word: %s", (text, word) => {
  expect(quoted(text)).toBe(word);
});

test("a path is no option, whatever its first letter", () => {
  expect(pathWord("-address=http:evil.example/a b")).toBe("'/-address=http:evil.example/a b'");
  expect(usesOf({ mount: "kv/", type: "kv", versioned: true }, "-field=x", "").command).toBe("strongroom kv get -mount=kv /-field=x");
});
