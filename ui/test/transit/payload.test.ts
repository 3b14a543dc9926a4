import { describe, expect, test } from "vitest";
import { batchOf } from "../../src/pages/transit/Ciphers";
import { base64Of, EMPTY, linesOf, textIn } from "../../src/pages/transit/payload";

describe("bytes that a user gives", () => {
  test.each([
    [{ ...EMPTY, text: "héllo €" }, "aMOpbGxvIOKCrA=="],
    [{ ...EMPTY, kind: "base64" as const, text: " aGk=\n" }, "aGk="],
    [{ ...EMPTY, kind: "file" as const, file: { name: "a", bytes: new Uint8Array([0, 255]) } }, "AP8="],
    [EMPTY, ""],
  ])("%j are sent as %s", (payload, sent) => {
    expect(base64Of(payload)).toBe(sent);
  });

  test("are refused where they are said to be base64, and aren't", () => {
    expect(base64Of({ ...EMPTY, kind: "base64", text: "no base64!" })).toBe(null);
  });

  test("a megabyte of them too", () => {
    const bytes = new Uint8Array(1 << 20).fill(7);
    expect(base64Of({ ...EMPTY, kind: "file", file: { name: "a", bytes } })).toHaveLength(Math.ceil(bytes.length / 3) * 4);
  });
});

describe("bytes that the server gives", () => {
  test.each([
    ["aMOpbGxvIOKCrA==", "héllo €"],
    ["", ""],
    ["PGI+YQoJPC9iPg==", "<b>a\n\t</b>"],
  ])("%s is the text %j", (base64, text) => {
    expect(textIn(base64)).toBe(text);
  });

  test.each([["/w=="], ["AAECAw=="], ["G1sySg=="]])("%s is no text that can be shown", (base64) => {
    expect(textIn(base64)).toBe(null);
  });
});

test("lines without anything are left out", () => {
  expect(linesOf(" a \n\n\tb\n")).toEqual(["a", "b"]);
});

test("each ciphertext of a batch has what is said beside it", () => {
  expect(batchOf({ ciphertexts: ["a", "b"], context: "Yg==" })).toEqual({ batch_input: [{ ciphertext: "a", context: "Yg==" }, { ciphertext: "b", context: "Yg==" }] });
});
