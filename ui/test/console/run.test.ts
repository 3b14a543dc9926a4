import { describe, expect, test } from "vitest";
import type { Envelope, Fields } from "../../src/api/client";
import { parseExact } from "../../src/api/json";
import { ApiError } from "../../src/api/errors";
import { parse, run, type Send } from "../../src/pages/console/run";

const EMPTY: Envelope<Fields> = { request_id: "r", lease_id: "", renewable: false, lease_duration: 0, data: {}, auth: null, wrap_info: null, warnings: null };
const KV2: Fields = { path: "secret/", type: "kv", options: { version: "2" } };
const VERSION: Fields = { version: 3, created_time: "2027-01-01T00:00:00Z", deletion_time: "", destroyed: false, custom_metadata: null };

/** A server that answers by path, and what it was asked. */
function server(answers: Record<string, Fields | Partial<Envelope<Fields>> | Error | null>) {
  const asked: unknown[] = [];
  const send: Send = (method, path, options) => {
    if (!path.startsWith("sys/internal/ui/mounts/")) asked.push([method, path, options.data ?? options.query ?? {}, ...(options.namespace !== undefined ? [options.namespace] : []), ...(options.wrapTtl ? [options.wrapTtl] : [])]);
    const found = path.startsWith("sys/internal/ui/mounts/") ? KV2 : answers[path];
    if (found instanceof Error) return Promise.reject(found);
    if (found === null || found === undefined) return Promise.resolve(undefined);
    return Promise.resolve("request_id" in found ? ({ ...EMPTY, ...found } as Envelope<Fields>) : { ...EMPTY, data: found as Fields });
  };
  return { asked, ask: (line: string, input = "") => run(parse(line), input, send) };
}

describe("what is asked", () => {
  test.each([
    ["read a/b x=1", ["GET", "a/b", { x: "1" }]],
    ["read /v1/a/", ["GET", "a", {}]],
    ["write a b=c", ["POST", "a", { b: "c" }]],
    ["write -f a", ["POST", "a", {}]],
    ["patch a b=c", ["PATCH", "a", { b: "c" }]],
    ["delete a", ["DELETE", "a", {}]],
    ["list a/", ["GET", "a", { list: "true" }]],
    ["kv get secret/web/db", ["GET", "secret/data/web/db", {}]],
    ["kv get -version=2 -mount=secret web/db", ["GET", "secret/data/web/db", { version: "2" }]],
    ["kv put -cas=0 secret/a b=c", ["POST", "secret/data/a", { data: { b: "c" }, options: { cas: 0 } }]],
    ["kv patch -remove-data=x secret/a b=c", ["PATCH", "secret/data/a", { data: { b: "c", x: null }, options: {} }]],
    ["kv list secret", ["GET", "secret/metadata", { list: "true" }]],
    ["kv delete secret/a", ["DELETE", "secret/data/a", {}]],
    ["kv delete -versions=1,2 secret/a", ["POST", "secret/delete/a", { versions: ["1", "2"] }]],
    ["kv destroy -versions=1 secret/a", ["POST", "secret/destroy/a", { versions: ["1"] }]],
    ["kv metadata put -max-versions=5 -custom-metadata=owner=eva secret/a", ["POST", "secret/metadata/a", { custom_metadata: { owner: "eva" }, max_versions: 5 }]],
    ["kv metadata delete secret/a", ["DELETE", "secret/metadata/a", {}]],
    ["token lookup", ["GET", "auth/token/lookup-self", {}]],
    ["token create -policy=a -policy=b -orphan -ttl=1h", ["POST", "auth/token/create", { policies: ["a", "b"], no_parent: true, ttl: "1h" }]],
    ["token revoke -accessor x", ["POST", "auth/token/revoke-accessor", { accessor: "x" }]],
    ["lease revoke -prefix database/creds", ["POST", "sys/leases/revoke-prefix/database/creds", { sync: false }]],
    ["policy delete Web", ["DELETE", "sys/policies/acl/web", {}]],
    ["read -namespace=/team/ a", ["GET", "a", {}, "team"]],
    ["read -namespace=root -wrap-ttl=5m a", ["GET", "a", {}, "", "5m"]],
  ])("%s", async (line, question) => {
    const { asked, ask } = server({ a: {}, "a/b": {}, "secret/data/a": { data: {}, metadata: VERSION }, "secret/data/web/db": { data: {} }, "secret/metadata": { keys: [] } });
    await ask(line);
    expect(asked).toEqual([question]);
  });

  test("a policy from the field", async () => {
    const { asked, ask } = server({});
    expect(await ask("policy write web -", 'path "a" {}')).toEqual({ text: "Success! Uploaded policy: web", isError: false });
    expect(asked).toEqual([["POST", "sys/policies/acl/web", { policy: 'path "a" {}' }]]);
  });
});

describe("what is shown", () => {
  test("fields in two columns, as the command line has them", async () => {
    const { ask } = server({ a: { b: "c", list: [1, 2], none: null, ttl: 5400, map: { y: 1, x: true } } });
    expect((await ask("read a")).text).toBe(["Key     Value", "---     -----", "b       c", "list    [1 2]", "map     map[x:true y:1]", "none    <nil>", "ttl     1h30m"].join("\n"));
  });

  test("one field, a document, and YAML", async () => {
    const { ask } = server({ a: { b: "c", "0d": [{ e: "yes", f: [] }], g: { h: null } } });
    expect((await ask("read -field=b a")).text).toBe("c");
    expect(JSON.parse((await ask("read -format=json a")).text)).toMatchObject({ data: { b: "c" } });
    expect((await ask("read -format=yaml -field=data a")).text).toBe(['"0d":', '- e: "yes"', "  f: []", "b: c", "g:", "  h: null"].join("\n"));
    expect(await ask("read -field=x a")).toEqual({ text: 'There is no field "x" in the answer.', isError: true });
    expect((await ask("read -format=xml a")).isError).toBe(true);
  });

  test("of a version that was deleted, what it was", async () => {
    const gone = { ...EMPTY, data: { data: null, metadata: { ...VERSION, deletion_time: "2027-01-02T00:00:00Z" } } } as unknown;
    const { ask } = server({ "secret/data/a": new ApiError("missing", 404, [], "GET", "secret/data/a", 0, gone), "secret/data/b": new ApiError("missing", 404, [], "GET", "secret/data/b") });
    const { text, isError } = await ask("kv get secret/a");
    expect(isError).toBe(false);
    expect(text).toContain("deletion_time      2027-01-02T00:00:00Z");
    expect(await ask("kv get secret/b")).toEqual({ text: "No value found at secret/data/b", isError: true });
  });

  test("a secret with its version", async () => {
    const { ask } = server({ "secret/data/a": { data: { password: "p", n: 1 }, metadata: VERSION } });
    const { text } = await ask("kv get secret/a");
    expect(text).toContain("== Secret Path ==\nsecret/data/a\n\n======= Metadata =======");
    expect(text).toContain("deletion_time      n/a");
    expect(text.endsWith(["====== Data ======", "Key         Value", "---         -----", "n           1", "password    p"].join("\n"))).toBe(true);
    expect((await ask("kv get -field=password secret/a")).text).toBe("p");
  });

  test("numbers with every digit", async () => {
    const { ask } = server({ a: parseExact('{"n": 12345678901234567890, "of": [12345678901234567890], "in": {"x": 1.00000000000000000001}}') as Fields });
    expect((await ask("read -field=n a")).text).toBe("12345678901234567890");
    expect((await ask("read a")).text).toContain("in     map[x:1.00000000000000000001]");
    expect((await ask("read -format=json a")).text).toContain('"n": 12345678901234567890');
    expect((await ask("read -format=yaml -field=of a")).text).toBe("- 12345678901234567890");
  });

  test("names, a login and a wrapping token", async () => {
    const auth = { client_token: "t", accessor: "x", policies: ["default"], metadata: null, lease_duration: 60, renewable: true, entity_id: "", token_type: "service", mfa_requirement: null };
    const wrap_info = { token: "w", accessor: "x", ttl: 300, creation_time: "2027-01-01T00:00:00Z", creation_path: "a" };
    const { ask } = server({ a: { keys: ["x/", "y"] }, "auth/token/create": { request_id: "r", auth, data: null as never }, w: { request_id: "r", wrap_info, data: null as never } });
    expect((await ask("list a")).text).toBe("Keys\n----\nx/\ny");
    expect((await ask("list -format=json a")).text).toBe('[\n  "x/",\n  "y"\n]');
    expect((await ask("token create -field=token")).text).toBe("t");
    expect((await ask("token create")).text).toContain("token_duration       1m");
    expect((await ask("read w")).text).toContain("wrapping_token:                  w");
  });

  test("warnings of the server", async () => {
    const { ask } = server({ a: { request_id: "r", data: null as never, warnings: ["mind this"] } });
    expect((await ask("write a b=c")).text).toBe("WARNING! The server says:\n* mind this\n\nSuccess! Data written to: a");
  });

  test("why it failed", async () => {
    const { ask } = server({ a: new ApiError("denied", 403, ["permission denied"], "GET", "a"), b: new ApiError("missing", 404, [], "GET", "b") });
    const { text, isError } = await ask("read a");
    expect(isError).toBe(true);
    expect(text.split("\n")).toEqual(["Your policies do not allow this.", "", "URL: GET /v1/a", "Code: 403", "", "* permission denied"]);
    expect(await ask("read b")).toEqual({ text: "No value found at b", isError: true });
  });
});
