import { describe, expect, test } from "vitest";
import { Refused } from "../../src/pages/console/refused";
import { dataIn, queryIn, wantsInput } from "../../src/pages/console/data";
import { parted } from "../../src/pages/console/flags";
import { parse } from "../../src/pages/console/run";
import { quoted, split } from "../../src/pages/console/words";

describe("the words of a line", () => {
  test.each([
    ["kv put  secret/a b=c", ["kv", "put", "secret/a", "b=c"]],
    ["write a 'b=c d' \"e=f g\"", ["write", "a", "b=c d", "e=f g"]],
    ["a b=\"it's\" c='say \"x\"'", ["a", "b=it's", 'c=say "x"']],
    ['a "b\\"c\\d" e\\ f', ["a", 'b"c\\d', "e f"]],
    ["a '' b=''", ["a", "", "b="]],
    ["a 'x|y' \"a;b\" c\\>d", ["a", "x|y", "a;b", "c>d"]],
    ["a 'two\nlines'", ["a", "two\nlines"]],
    ["  ", []],
  ])("%j", (line, words) => {
    expect(split(line)).toEqual(words);
  });

  test.each(["a 'b", 'a "b', "a | b", "a > b", "a $(b)", "a `b`", "a; b", "a && b"])("%j is refused", (line) => {
    expect(() => split(line)).toThrow(Refused);
  });

  test.each([
    ["secret/{name}", "secret/{name}"],
    ["secret/{a,b}", "'secret/{a,b}'"],
    ["{1..9}", "'{1..9}'"],
  ])("%s is %s, for a shell makes several words of some braces", (text, expected) => {
    expect(quoted(text)).toBe(expected);
  });

  test.each(["a", "a b", "it's", "", "a/b-c=d,e", 'say "x"', "a$(b)", "ü"])("%j survives its quotes", (text) => {
    expect(split(`x ${quoted(text)}`)).toEqual(["x", text]);
  });
});

describe("flags", () => {
  test("have a value behind = or behind a space; those without stand alone", () => {
    const { flags, args } = parted(["-field=a", "--format", "json", "-f", "x", "-ns", "team"], ["field", "format", "force", "namespace"]);
    expect([flags.text("field"), flags.text("format"), flags.on("force"), flags.text("namespace"), args]).toEqual(["a", "json", true, "team", ["x"]]);
  });

  test("end at --", () => {
    expect(parted(["--", "-field=a"], ["field"]).args).toEqual(["-field=a"]);
  });

  test("several values, with commas or in several flags", () => {
    expect(parted(["-versions=1,2", "-versions", "3"], ["versions"]).flags.many("versions")).toEqual(["1", "2", "3"]);
  });

  test("data that begins with a hyphen is data", () => {
    expect(parted(["-", "a=-", "a=-b"], []).args).toEqual(["-", "a=-", "a=-b"]);
  });

  test.each([
    ["-x", "no flag -x"],
    ["-address=http://x", "terminals"],
    ["-field", "needs a value"],
    ["-cas=x", "needs a number"],
    ["-force=perhaps", "true or false"],
    ["-metadata=x", "name=value"],
  ])("%s is refused: %s", (word, reason) => {
    expect(() => parted([word], ["field", "cas", "force", "metadata"])).toThrow(reason);
  });
});

describe("data", () => {
  test("names with their values, as text", () => {
    expect(dataIn(["a=b=c", "d=", "e=\\@f", "g=1"], "")).toEqual({ a: "b=c", d: "", e: "@f", g: "1" });
  });

  test("a name that is given more than once has a list", () => {
    expect(dataIn(["a=1", "a=2", "a=3"], "")).toEqual({ a: ["1", "2", "3"] });
  });

  test("names that objects have of themselves are names like others", () => {
    expect(Object.entries(dataIn(["__proto__=1", "constructor=2"], ""))).toEqual([["__proto__", "1"], ["constructor", "2"]]);
  });

  test("- is the text of the field", () => {
    expect(dataIn(["a=-", "b=c"], "x\ny")).toEqual({ a: "x\ny", b: "c" });
    expect(dataIn(["-"], '{"a": {"b": [1]}}')).toEqual({ a: { b: [1] } });
    expect(queryIn(["-"], '{"a": 3}')).toEqual({ a: "3" });
  });

  test.each([
    [["a=@/etc/passwd"], "a=@ reads a file"],
    [["@data.json"], "reads a file"],
    [["a"], "name=value"],
    [["=a"], "name=value"],
    [["a=-", "b=-"], "twice"],
    [["-"], "no JSON object"],
  ])("%j is refused: %s", (words, reason) => {
    expect(() => dataIn(words, "[1]")).toThrow(reason);
  });

  test("a refusal doesn't repeat what was typed", () => {
    expect(() => dataIn(["canary"], "")).toThrow(/^(?!.*canary)/);
  });

  test.each([
    ["kv put a b=-", true],
    ["write a -", true],
    ["policy write a -", true],
    ["kv put a b=c", false],
    ["kv get -format=-", false],
    ["- a", false],
  ])("%s wants the field: %s", (line, wants) => {
    expect(wantsInput(line.split(" "))).toBe(wants);
  });
});

describe("commands", () => {
  test("are known by their longest name, with the program's name in front or not", () => {
    expect(parse("kv metadata get secret/a").name).toBe("kv metadata get");
    expect(parse("vault kv get -mount=secret a").args).toEqual(["a"]);
    expect(parse("-namespace=team read a").flags.text("namespace")).toBe("team");
  });

  test.each([
    ["server -dev", 'no command "server"'],
    ["kv", "no command"],
    ["kv get", "Usage: kv get KEY"],
    ["list a b", "too much"],
    ["read -cas=1 a", "no flag -cas"],
  ])("%s is refused: %s", (line, reason) => {
    expect(() => parse(line)).toThrow(reason);
  });
});
