import { describe, expect, test } from "vitest";
import { parseExact } from "../../src/api/json";

describe("JSON with every digit", () => {
  test.each(['{"a":1.0,"b":[2.50,1E5,-0,1e-7]}', '{"a":12345678901234567890}', '{"a":0.12345678901234567891,"b":"12345678901234567890"}', '{"a":[1,-2.5,true,null,""]}'])("%s stays as it is", (text) => {
    expect(JSON.stringify(parseExact(text))).toBe(text);
  });

  test("numbers that a browser can hold are numbers", () => {
    expect(parseExact('{"a":1,"b":1.5,"d":0,"e":-0.001}')).toEqual({ a: 1, b: 1.5, d: 0, e: -0.001 });
  });

  test("what is no JSON is none", () => {
    expect(() => parseExact("{a}")).toThrow(SyntaxError);
  });
});
