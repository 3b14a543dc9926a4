import { describe, expect, test } from "vitest";
import { bodyFrom, FieldFault, fieldsOf, type Widget } from "../src/forms/fields";
import type { Schema } from "../src/api/openapi";

const WIDGETS: [Schema, Widget][] = [
  [{ type: "string" }, "text"],
  [{ type: "string", enum: ["a", "b"] }, "choice"],
  [{ type: "string", "x-vault-displayAttrs": { sensitive: true } }, "secret"],
  [{ type: "string", format: "duration" }, "duration"],
  [{ type: "boolean" }, "switch"],
  [{ type: "integer" }, "number"],
  [{ type: "array", items: { type: "string" } }, "lines"],
  [{ type: "object", format: "kvpairs" }, "pairs"],
  [{ type: "object" }, "json"],
];

describe("the fields of a body", () => {
  test.each(WIDGETS)("%j is asked for as %s", (schema, widget) => {
    expect(fieldsOf({ properties: { field: schema } })[0]?.widget).toBe(widget);
  });

  test("those that are required come first", () => {
    const schema: Schema = { required: ["b"], properties: { a: { type: "string" }, b: { type: "string" } } };
    expect(fieldsOf(schema).map(({ name }) => name)).toEqual(["b", "a"]);
  });
});

describe("the body that a form makes", () => {
  const fields = fieldsOf({
    required: ["name"],
    properties: { name: { type: "string" }, count: { type: "integer" }, on: { type: "boolean" }, names: { type: "array" } },
  });

  test("has what was typed, in its type, and nothing else", () => {
    expect(bodyFrom(fields, { name: "a", count: "-3", names: " a \n\nb" })).toEqual({ name: "a", count: -3, names: ["a", "b"] });
  });

  test("says that a field was emptied", () => {
    expect(bodyFrom(fields, { name: "a", names: "" }, { name: "a", names: "b" })).toEqual({ name: "a", names: [] });
  });

  test.each([
    [{ name: "" }, "required"],
    [{ name: "a", count: "3 or 4" }, "number"],
  ])("%j is refused: %s", (texts: Record<string, string>, fault) => {
    expect(() => bodyFrom(fields, texts)).toThrowError(new FieldFault(Object.keys(texts).at(-1) ?? "", fault as FieldFault["fault"]));
  });
});
