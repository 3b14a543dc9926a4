import { describe, expect, test } from "vitest";
import { faultsOf, fieldsOf, fieldsOfJson, hasOuterSpace, linesOf, maskedOf, merged, newRow, rowsOf, typedInto } from "../../src/pages/kv/values";

describe("the rows of a secret", () => {
  test("make the same secret again, with every digit", () => {
    const text = '{"a":"<b>","n":12345678901234567890,"o":{"x":[1,null]},"t":true}';
    const fields = fieldsOfJson(text);
    expect(fields && JSON.stringify(fieldsOf(rowsOf(fields)))).toBe(text);
  });

  test("have faults: no name, a name twice, no JSON", () => {
    const rows = [newRow("", "a"), newRow("b", "1"), newRow("b", "2"), { ...newRow("c", 1), text: "{" }, newRow()];
    expect(faultsOf(rows).map(({ fault }) => fault)).toEqual(["name", "twice", "json"]);
  });

  test("take what is pasted in the place of the same names", () => {
    const rows = merged([newRow("a", "1"), newRow("b", "1"), newRow()], { b: "2", c: "2" });
    expect(fieldsOf(rows)).toEqual({ a: "1", b: "2", c: "2" });
  });
});

test.each(["[1]", '"a"', "1", "12345678901234567890", "null", "{"])("%s is no secret", (text) => {
  expect(fieldsOfJson(text)).toBeNull();
});

test("a masked secret has no value", () => {
  expect(JSON.stringify(maskedOf({ a: "canary", b: { c: ["canary", 1] } }))).not.toMatch(/canary|1/);
});

test.each([
  ["a\r\nb\r\n", "aX\nb\n", "aX\r\nb\r\n"],
  ["a\rb", "a\nbX", "a\rbX"],
  ["a\nb", "a\nb\nc", "a\nb\nc"],
  ["a\r\nb\nc", "a\nb\nc\n", "a\nb\nc\n"],
  ["a", "a\nb", "a\nb"],
])("line ends of %j stay as they were", (before, typed, after) => {
  expect(typedInto(before, typed)).toBe(after);
  expect(linesOf(before)).not.toContain("\r");
});

test.each([
  [" a", true],
  ["a\t", true],
  ["a b", false],
  ["-----END-----\n", false],
  ["", false],
])("a space around %j is told: %s", (text, isTold) => {
  expect(hasOuterSpace(text)).toBe(isTold);
});
