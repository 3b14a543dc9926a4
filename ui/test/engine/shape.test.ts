import { describe, expect, test } from "vitest";
import { pathsOf, type Document, type PathItem } from "../../src/api/openapi";
import { holdsSecret, isSecret } from "../../src/pages/engine/secrets";
import { actionsWith, capabilitiesAt, creating, grouped, placesOf, subjectOf, subjectsWith } from "../../src/pages/engine/shape";

const listing: PathItem = { get: { parameters: [{ name: "list", in: "query", required: true }] } };
const kept: PathItem = { get: {}, post: {}, delete: {}, "x-vault-createSupported": true };
const DOCUMENT: Document = {
  info: { title: "", version: "" },
  paths: {
    "/db/roles": listing,
    "/db/roles/{name}": kept,
    "/db/static-roles": listing,
    "/db/static-roles/{name}": kept,
    "/db/creds/{name}": { get: {}, post: {} },
    "/db/static-creds/{name}": { get: {} },
    "/db/rotate-role/{name}": { post: {} },
    "/db/config": { get: {}, post: {} },
    "/dbx/roles": listing,
  },
};
const places = placesOf(pathsOf(DOCUMENT, "db/"));
const at = (below: string) => {
  const found = places.find((place) => place.below === below);
  if (!found) throw new Error(below);
  return found;
};

describe("the places of an engine", () => {
  test("are those of its mount", () => expect(places).toHaveLength(8));

  test.each([
    ["roles", "collection"],
    ["roles/{name}", "entry"],
    ["config", "entry"],
    ["creds/{name}", "action"],
    ["static-creds/{name}", "action"],
  ])("%s is an %s: a read that makes a credential isn't done by looking", (below, role) => {
    expect(at(below).role).toBe(role);
  });

  test("a collection knows its entry", () => expect(at("static-roles").entry).toBe(at("static-roles/{name}")));

  test("actions are offered with what they are about", () => {
    const names = (below: string) => actionsWith(places, at(below)).map((place) => place.below);
    expect(names("roles/{name}")).toEqual(["creds/{name}", "rotate-role/{name}"]);
    expect(names("static-roles/{name}")).toEqual(["static-creds/{name}", "rotate-role/{name}"]);
  });

  test("are in groups by the first part of their path", () => expect(grouped(places).map(([name]) => name)).toEqual(["roles", "static-roles", "creds", "static-creds", "rotate-role", "config"]));

  test("one of several capabilities suffices", () => expect(capabilitiesAt(at("roles/{name}"))).toEqual(["read", "update", "create", "delete"]));

  test("something new needs what the path asks", () => {
    expect(creating(at("roles/{name}"), "db/roles/a")).toEqual(["create db/roles/a"]);
    expect(creating(at("rotate-role/{name}"), "db/rotate-role/a")).toEqual(["update db/rotate-role/a"]);
  });

  test("what belongs to an entry is named by what it adds", () => {
    expect(subjectsWith("role/{name}/secret-id/destroy", "role/{name}")).toEqual(["secret-id", "destroy"]);
    expect(subjectsWith("creds/{name}", "roles/{name}")).toEqual(["creds"]);
  });

  test("the subject of a path is no variable", () => expect(["roles/{name}", "role/{name}/secret-id", "config"].map(subjectOf)).toEqual(["roles", "secret-id", "config"]));
});

test.each([
  ["password", true],
  ["secret_key", true],
  ["client_token", true],
  ["private_key", true],
  ["url", true],
  ["public_key", false],
  ["token_ttl", false],
  ["password_policy", false],
  ["username", false],
])("%s is masked: %s", (name, expected) => expect(isSecret(name)).toBe(expected));

test("what is within a value is masked with it", () => {
  expect(["ldaps://a.test,ldaps://b.test", "https://a.test:9200"].some((url) => isSecret("url", url) || holdsSecret({ url }))).toBe(false);
  expect(["otpauth://totp/a?secret=b", "https://a:b@c.test", ""].every((url) => isSecret("url", url))).toBe(true);
  expect(holdsSecret({ credential: { user: "a", password: "b" } })).toBe(true);
  expect(holdsSecret([{ secret_key: "" }, { public_key: "a" }])).toBe(false);
});
