import { describe, expect, test } from "vitest";
import { pastedIn } from "../../src/pages/kv/env";

describe("a pasted .env file", () => {
  test.each<[string, string]>([
    ["A=b", "b"],
    ["export A = b ", "b"],
    ["A=", ""],
    ["A=b#c", "b#c"],
    ["A=b # a note", "b"],
    ['A="b # c" # a note', "b # c"],
    ["A='b\\n$c'", "b\\n$c"],
    ['A="b\\nc\\"d\\$e\\d"', 'b\nc"d$e\\d'],
    ['A="first\nsecond = x\nthird"', "first\nsecond = x\nthird"],
    ["A=b=c==", "b=c=="],
    ["A=a\nA=b", "b"],
  ])("%j gives %j", (text, value) => {
    expect(pastedIn(`# a note\n\n${text}\r\n`)).toEqual({ fields: { A: value } });
  });

  test.each<[string, number]>([
    ["A=b\nno assignment", 2],
    ['A=b\n\nB="open\nC=d', 3],
    ['A="b" c', 1],
    ["1A=b", 1],
    ["", 0],
    ["# a note alone", 0],
  ])("%j has a fault in line %j", (text, line) => {
    expect(pastedIn(text)).toEqual({ line });
  });

  test("a name that is special to the language is a name", () => {
    const found = pastedIn("__proto__=a");
    expect("fields" in found && Object.entries(found.fields)).toEqual([["__proto__", "a"]]);
  });
});

describe("pasted JSON", () => {
  test("has values of every type", () => {
    expect(pastedIn(' {"a": "b", "c": {"d": [1, null]}}')).toEqual({ fields: { a: "b", c: { d: [1, null] } } });
  });

  test.each(['{"a": }', '{"a": 1} 2'])("%j is none", (text) => {
    expect(pastedIn(text)).toEqual({ line: 0 });
  });
});
