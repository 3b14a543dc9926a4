import { describe, expect, test } from "vitest";
import type { Schema } from "../../src/api/openapi";
import { fieldsOf } from "../../src/forms/fields";
import { connectionForm, EXAMPLE_STATEMENTS, familyOf } from "../../src/pages/database/plugins";
import { asOneText, statementsAsText } from "../../src/pages/database/statements";

const text: Schema = { type: "string" };
const ENGINE: Schema = {
  properties: {
    plugin_name: text,
    username: text,
    password: { ...text, "x-vault-displayAttrs": { sensitive: true } },
    allowed_roles: { type: "array" },
    connection_url: { "x-vault-displayAttrs": { sensitive: true }, description: "Where it is." },
    username_template: text,
    root_rotation_statements: { type: "array" },
  },
};

test.each([
  ["postgresql-database-plugin", "postgresql"],
  ["mysql-aurora-database-plugin", "mysql"],
  ["valkey-database-plugin", "redis"],
  ["influxdb-database-plugin", "influxdb"],
  ["of-somebody-else", "other"],
])("%s is of the family %s", (plugin, family) => expect(familyOf(plugin)).toBe(family));

describe("the form of a connection", () => {
  const names = (family: Parameters<typeof connectionForm>[1]) => Object.keys(connectionForm(ENGINE, family).schema.properties ?? {});

  test("has the fields of its kind, and those of every connection", () => {
    expect(names("postgresql")).toEqual(expect.arrayContaining(["connection_url", "reassign_to", "max_open_connections", "username", "password", "username_template"]));
    expect(names("redis")).toEqual(expect.arrayContaining(["host", "port", "persistence_mode", "username"]));
    expect(names("redis")).not.toContain("connection_url");
    expect(names("mysql")).not.toContain("plugin_name");
  });

  test("shows an address as it is typed, and hides passwords", () => {
    const fields = fieldsOf(connectionForm(ENGINE, "postgresql").schema);
    expect(fields.find(({ name }) => name === "connection_url")).toMatchObject({ widget: "text", sensitive: false, required: true });
    expect(fields.find(({ name }) => name === "password")?.widget).toBe("secret");
  });
});

describe("statements", () => {
  test("are typed as one text", () => expect(asOneText(ENGINE).properties?.["root_rotation_statements"]?.type).toBe("string"));

  test.each([
    [[], ""],
    [["A; B"], "A; B"],
    [["A", "B"], '[\n "A",\n "B"\n]'],
    [['["~*"]'], '[\n "[\\"~*\\"]"\n]'],
  ])("%j comes as %j, which the server takes as the same", (list, shown) => {
    expect(statementsAsText({ creation_statements: list, db_name: "a" })).toEqual({ creation_statements: shown, db_name: "a" });
  });

  test("an example for Redis is JSON", () => expect(JSON.parse(EXAMPLE_STATEMENTS.redis)).toContain("+@read"));
});
