import { describe, expect, test } from "vitest";
import { bodyFor, NONE } from "../../src/pages/mounts/body";
import { mountNeeds, partsOfMount, tunePath } from "../../src/pages/mounts/table";
import { ownOf, tuned, tuning } from "../../src/pages/mounts/tuning";

describe("what enables a mount", () => {
  test("of versioned secrets", () => expect(bodyFor("kv", "secret", { ...NONE, description: "a" })).toEqual({ type: "kv", description: "a", options: { version: "2" }, config: {} }));

  test("of an auth method that is in the login form", () => expect(bodyFor("ldap", "auth", { ...NONE, isVisible: true })).toMatchObject({ options: {}, config: { listing_visibility: "unauth" } }));

  test("with times and options", () => {
    expect(bodyFor("plugin", "secret", { ...NONE, mostTime: "1h", local: true, options: [["a", "b"], ["", "c"]] })).toEqual({ type: "plugin", description: "", options: { a: "b" }, config: { max_lease_ttl: "1h" }, local: true });
  });
});

test("auth methods are tuned without sudo, and enabled with it", () => {
  expect(tunePath("auth", "a/b/")).toBe("sys/mounts/auth/a/b/tune");
  expect(mountNeeds("update", "auth", "a/")).toEqual(["update sys/auth/a", "sudo sys/auth/a"]);
  expect(mountNeeds("delete", "secret", "a/b/")).toEqual(["delete sys/mounts/a/b"]);
  expect(partsOfMount("auth/a/")).toEqual({ table: "auth", path: "a/" });
});

test("times are asked for as times, and logins only of auth methods", () => {
  const schema = { properties: { max_lease_ttl: { type: "string" as const }, token_type: {} } };
  expect(tuning(schema, "secret", "kv").schema.properties?.["max_lease_ttl"]?.format).toBe("duration");
  expect(tuning(schema, "secret", "kv").leftOut).toContain("token_type");
  expect(tuning(schema, "auth", "userpass").leftOut).not.toContain("self_service_password");
});

describe("times of a mount", () => {
  const schema = { properties: { default_lease_ttl: { type: "string" as const } } };
  const found = { default_lease_ttl: 36000, max_lease_ttl: 7200, description: "" };

  test("that are the server's are told as such, and aren't the mount's own", () => {
    const own = { default_lease_ttl: 0, max_lease_ttl: 7200 };
    expect(ownOf(found, own)).toEqual({ max_lease_ttl: 7200, description: "" });
    expect(tuning(schema, "secret", "kv", found, own).schema.properties?.["default_lease_ttl"]).toMatchObject({ default: "10h", description: expect.stringContaining("as the server says, 10h") as string });
  });

  test("that it has are values, also where nobody may look what was set", () => {
    expect(ownOf(found, { default_lease_ttl: 36000, max_lease_ttl: 7200 })).toEqual(found);
    expect(ownOf(found, {})).toEqual(found);
    expect(tuning(schema, "secret", "kv", found, {}).schema.properties?.["default_lease_ttl"]?.default).toBeUndefined();
  });

  test("become the server's by being emptied", () => expect(tuned({ default_lease_ttl: "", description: "" })).toEqual({ default_lease_ttl: "system", description: "" }));
});
