import { describe, expect, test } from "vitest";
import { endOf } from "../../src/pages/totp/code";
import { keyForm, nameFault } from "../../src/pages/totp/key_form";

const schema = { properties: Object.fromEntries(["generate", "url", "key", "issuer", "account_name", "qr_size", "digits"].map((name) => [name, { type: "string" as const }])) };

describe("the form of a key", () => {
  test("that is made here draws its own picture", () => {
    const form = keyForm(schema, "generate");
    expect(Object.keys(form.schema.properties ?? {})).toEqual(["issuer", "account_name", "digits"]);
    expect(form.fixed).toEqual({ generate: true, qr_size: 0 });
  });

  test("from a picture asks for its text alone", () => expect(Object.keys(keyForm(schema, "url").schema.properties ?? {})).toEqual(["url"]));
});

test.each([
  ["eva@example.com", null],
  ["a", null],
  ["", "empty"],
  ["a b", "characters"],
  ["-a", "characters"],
  ["a/b", "characters"],
])("the name %j: %s", (name, fault) => expect(nameFault(name)).toBe(fault));

test("a code ends by the browser's clock, whatever that says", () => expect(endOf({ code: "1", generated: 100, expire_time: 112 }, 5_000)).toBe(17_000));
