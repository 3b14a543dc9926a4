import { describe, expect, test } from "vitest";
import type { Schema } from "../src/api/openapi";
import { bodyFrom, durationText, FieldFault, fieldsOf, keptBy, labelOf, lineOfSeveral, sectionsOf, textOf, type Widget } from "../src/forms/fields";

const WIDGETS: [Schema, Widget][] = [
  [{ type: "string" }, "text"],
  [{ type: "string", enum: ["a", "b"] }, "choice"],
  [{ type: "string", "x-vault-displayAttrs": { sensitive: true } }, "secret"],
  [{ type: "string", format: "duration" }, "duration"],
  [{ type: "boolean" }, "switch"],
  [{ type: "integer" }, "number"],
  [{ type: "array", items: { type: "string" } }, "lines"],
  [{ type: "object", format: "kvpairs" }, "pairs"],
  [{ type: "object", format: "map" }, "map"],
  [{ type: "object" }, "json"],
  [{}, "any"],
];

describe("the fields of a body", () => {
  test.each(WIDGETS)("%j is asked for as %s", (schema, widget) => {
    expect(fieldsOf({ properties: { field: schema } })[0]?.widget).toBe(widget);
  });

  test("a key in several lines is masked", () => {
    expect(fieldsOf({ properties: { private_key: { type: "string" } } })[0]).toMatchObject({ widget: "long", sensitive: true });
  });

  test("one without a name, which nobody could send, isn't asked for", () => {
    expect(fieldsOf({ required: ["", "a"], properties: { "": { type: "string" }, a: { type: "string" } } }).map(({ name }) => name)).toEqual(["a"]);
  });

  test("names that every object has are names as others", () => {
    const schema = JSON.parse('{"properties": {"__proto__": {"type": "string"}, "constructor": {"type": "string"}}}') as Schema;
    const fields = fieldsOf(schema);
    expect(fields.map(({ label }) => label)).toEqual(["  proto  ", "Constructor"]);
    expect(JSON.stringify(bodyFrom(fields, {}))).toBe("{}");
    expect(JSON.stringify(bodyFrom(fields, Object.fromEntries(fields.map(({ name }) => [name, "typed"]))))).toBe('{"__proto__":"typed","constructor":"typed"}');
    expect(keptBy(schema, {})).toEqual({});
  });

  test("those that are required come first, and old names are left out", () => {
    const schema: Schema = { required: ["b"], properties: { a: { type: "string" }, b: { type: "string" }, c: { type: "string", deprecated: true } } };
    expect(fieldsOf(schema).map(({ name }) => name)).toEqual(["b", "a"]);
  });

  test("have their defaults as they are typed", () => {
    const [list, number] = fieldsOf({ properties: { list: { type: "array", default: ["a", "b"] }, number: { type: "integer", default: 3 } } });
    expect([list?.standard, number?.standard]).toEqual(["a\nb", "3"]);
  });

  test("are shown in parts", () => {
    const many = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, { type: "string" as const }]));
    const fields = fieldsOf({ properties: { ...many, token_ttl: { type: "string", "x-vault-displayAttrs": { group: "Tokens" } } } });
    const names = (found: { name: string }[]) => found.map(({ name }) => name).join("");
    const parts = sectionsOf(fields, 2);
    expect([names(parts.first), names(parts.rest), parts.groups.map(([group, within]) => group + within.length)]).toEqual(["ab", "cde", ["Tokens1"]]);
    expect(names(sectionsOf(fields, 3).first)).toBe("abcde");
  });

  test("have names in words", () => expect(["max_lease_ttl", "token_bound_cidrs", "ext_key_usage_oids"].map(labelOf)).toEqual(["Max lease TTL", "Token bound CIDRs", "Ext key usage OIDs"]));
});

describe("the body that a form makes", () => {
  const fields = fieldsOf({
    required: ["name", "secret"],
    properties: { name: { type: "string" }, secret: { type: "string" }, count: { type: "integer" }, on: { type: "boolean" }, names: { type: "array" }, map: { type: "object", format: "map" }, any: {} },
  });
  const typed = { name: "a", secret: "s" };

  test("has what was typed, in its type, and nothing else", () => {
    expect(bodyFrom(fields, { ...typed, count: "-3", names: " a \n\nb", map: "a=1\nb=[1]\nc=", any: "4" })).toEqual({ ...typed, count: -3, names: ["a", "b"], map: { a: "1", b: [1], c: "" }, any: 4 });
  });

  test("has pairs of any names", () => {
    const [pairs] = fieldsOf({ properties: { metadata: { type: "object", format: "kvpairs" } } });
    const body = bodyFrom(pairs ? [pairs] : [], { metadata: "__proto__=a\nb=c" });
    expect(Object.entries(body["metadata"] as object)).toEqual([["__proto__", "a"], ["b", "c"]]);
  });

  test("leaves the types of a map's values as they are, when one of them is changed", () => {
    const [field] = fieldsOf({ properties: { bound_claims: { type: "object", format: "map" } } });
    if (!field) throw new Error("no field");
    const now = { verified: true, level: 3, text: "true", list: ["x", 1], object: '{"a":1}', project: "web" };
    const shown = textOf(field, now).replace("level=3", "level=4").replace("project=web", "project=api");
    expect(bodyFrom([field], { bound_claims: shown }, { bound_claims: now })).toEqual({ bound_claims: { ...now, level: 4, project: "api" } });
  });

  test("has texts alone in pairs that are texts", () => {
    const [field] = fieldsOf({ properties: { metadata: { type: "object", format: "kvpairs" } } });
    expect(bodyFrom(field ? [field] : [], { metadata: 'filter={"a":1}\nlist=[1]' })).toEqual({ metadata: { filter: '{"a":1}', list: "[1]" } });
  });

  test.each([
    ["a\nb, c", "b, c"],
    ["10.0.0.0/8,11.0.0.0/8", "10.0.0.0/8,11.0.0.0/8"],
    ["cn=a,dc=b", null],
    ["GRANT SELECT, INSERT ON ALL TABLES", null],
    ["Doe, John\na", "Doe, John"],
    ["a b", null],
    ["", null],
  ])("%j may be meant as several values: %j", (text, line) => expect(lineOfSeveral(text)).toBe(line));

  test("says that a field was emptied", () => {
    expect(bodyFrom(fields, { ...typed, names: "" }, { name: "a", names: "b" })).toEqual({ ...typed, names: [] });
  });

  test("leaves a secret as it is that isn't typed again", () => {
    expect(bodyFrom(fields, { name: "b" }, { name: "a" })).toEqual({ name: "b" });
  });

  test("a key in a list is one item, though it has several lines", () => {
    const key = (name: string) => `-----BEGIN PUBLIC KEY-----\n${name}\nx==\n-----END PUBLIC KEY-----\n`;
    const [field] = fieldsOf({ properties: { keys: { type: "array", items: { type: "string" } } } });
    if (!field) throw new Error("no field");
    const shown = textOf(field, [key("a"), "plain", key("b")]);
    expect(bodyFrom([field], { keys: shown })).toEqual({ keys: [key("a"), "plain", key("b")] });
    expect(bodyFrom([field], { keys: "-----BEGIN PUBLIC KEY-----\na" })).toEqual({ keys: ["-----BEGIN PUBLIC KEY-----", "a"] });
  });

  test.each([
    [{ secret: "s", name: "" }, "required"],
    [{ ...typed, count: "3 or 4" }, "number"],
    [{ ...typed, map: "=1" }, "pair"],
  ])("%j is refused: %s", (texts: Record<string, string>, fault) => {
    expect(() => bodyFrom(fields, texts)).toThrowError(new FieldFault(Object.keys(texts).at(-1) ?? "", fault as FieldFault["fault"]));
  });
});

test.each([
  [2764800, "768h"],
  [5400, "1h30m"],
  [59, "59s"],
  [0, "0s"],
])("%d seconds are typed as %s", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
  expect(textOf(fieldsOf({ properties: { ttl: { format: "duration" } } })[0] as Parameters<typeof textOf>[0], seconds)).toBe(text);
});

test("what a change leaves alone is sent again, in case the server replaces all of it", () => {
  const schema: Schema = {
    properties: { a: { type: "string" }, off: { type: "boolean", default: true }, zero: { type: "integer" }, none: { type: "string" }, password: { type: "string" }, old: { type: "string", deprecated: true } },
  };
  expect(keptBy(schema, { a: "x", off: false, zero: 0, none: "", password: "s", old: "y", other: 1 })).toEqual({ a: "x", off: false });
});
