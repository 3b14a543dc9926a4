import { describe, expect, test } from "vitest";
import type { Json } from "../../src/api/client";
import { parseExact } from "../../src/api/json";
import { copyOf, masked, python } from "../../src/pages/explorer/copies";
import type { Request } from "../../src/pages/explorer/operations";
import { split } from "../../src/pages/console/words";

const READ: Request = { method: "GET", path: "secret/data/a b", query: { version: "2" }, body: null, isList: false };
const WRITE: Request = { method: "POST", path: "auth/userpass/users/it's", query: {}, body: { password: "it's $HOME `x`", token_policies: "a,b" }, isList: false };
const NESTED: Request = { method: "POST", path: "secret/data/a", query: {}, body: { data: { a: null, b: [true, 1.5, 'x"y'] } }, isList: false };

describe("curl", () => {
  test("has neither address nor token in it", () => {
    expect(copyOf("curl", READ, "")).toBe('curl \\\n  -H "X-Vault-Token: $VAULT_TOKEN" \\\n  "$VAULT_ADDR/v1/secret/data/a%20b?version=2"');
  });

  test("quotes what a shell would read", () => {
    const line = copyOf("curl", WRITE, "team/web");
    expect(line).toContain(`-d '{"password":"it'\\''s $HOME \`x\`","token_policies":"a,b"}'`);
    expect(line).toContain('/users/it%27s"');
    expect(line).toContain("-H 'X-Vault-Namespace: team/web'");
    expect(copyOf("curl", READ, "a%b")).toContain("-H 'X-Vault-Namespace: a%b'");
    expect(copyOf("curl", READ, "tëam")).toContain('"$VAULT_ADDR/v1/t%C3%ABam/');
    expect(copyOf("curl", READ, "tëam")).not.toContain("X-Vault-Namespace");
  });

  test("sends a patch as one", () => {
    expect(copyOf("curl", { ...NESTED, method: "PATCH" }, "")).toContain("application/merge-patch+json");
  });
});

describe("hvac", () => {
  test.each([
    [{ ...READ, query: {} }, 'client.read("secret/data/a%20b")'],
    [READ, 'client.adapter.request("get", "/v1/secret/data/a%20b", params={"version": "2"})'],
    [{ ...READ, query: { list: "true" }, isList: true }, 'client.list("secret/data/a%20b")'],
    [NESTED, 'client.write_data("secret/data/a", data={"data": {"a": None, "b": [True, 1.5, "x\\"y"]}})'],
    [{ ...READ, method: "DELETE" as const, query: {} }, 'client.delete("secret/data/a%20b")'],
  ])("%j", (request: Request, call) => {
    expect(copyOf("hvac", request, "")).toContain(`print(${call})`);
  });

  test("in a namespace", () => {
    expect(copyOf("hvac", READ, "team")).toContain('token=os.environ["VAULT_TOKEN"], namespace="team")');
  });

  test("values", () => {
    expect(python({ "a\n": [false, null] })).toBe('{"a\\n": [False, None]}');
    expect(python(parseExact("[12345678901234567890]") as Json)).toBe("[12345678901234567890]");
  });
});

describe("the command line", () => {
  test.each([
    [READ, ["strongroom", "read", "secret/data/a b", "version=2"]],
    [{ ...READ, query: { list: "true", limit: "5" }, isList: true, path: "a/" }, ["strongroom", "list", "-limit=5", "a/"]],
    [{ ...READ, query: { list: "true", "a;reboot": "5" }, isList: true, path: "a/" }, ["strongroom", "list", "-a;reboot=5", "a/"]],
    [WRITE, ["strongroom", "write", "auth/userpass/users/it's", "password=it's $HOME `x`", "token_policies=a,b"]],
    [{ ...WRITE, body: {} }, ["strongroom", "write", "-force", "auth/userpass/users/it's"]],
    [{ ...READ, path: "-address=http:evil.example/a", query: {} }, ["strongroom", "read", "/-address=http:evil.example/a"]],
    [{ ...WRITE, path: "a", body: { key: "@file" } }, ["strongroom", "write", "a", "key=\\@file"]],
  ])("%j", (request: Request, words) => {
    expect(split(copyOf("cli", request, ""))).toEqual(words);
  });

  test("what isn't text comes as a document", () => {
    expect(copyOf("cli", NESTED, "team")).toBe(`strongroom write -namespace=team secret/data/a - <<'EOF'\n${JSON.stringify(NESTED.body, null, 2)}\nEOF`);
    expect(copyOf("cli", { ...WRITE, body: { a: "-" } }, "")).toContain("- <<'EOF'");
  });
});

test("what is secret is hidden for showing", () => {
  expect(copyOf("cli", masked(WRITE, new Set(["password"])), "")).not.toContain("HOME");
  expect(masked(WRITE, new Set(["other"]))).toEqual(WRITE);
});
