import { expect, test } from "vitest";
import { isMade, type Made, type Rekeying, stageOf } from "../../src/pages/seal/ceremony";

const COMMON = { t: 2, n: 3, required: 2 };

test.each<[Rekeying, string]>([
  [{ ...COMMON, started: false }, "absent"],
  [{ ...COMMON, started: true, verification_nonce: "" }, "collecting"],
  [{ ...COMMON, started: true, verification_nonce: "x" }, "verifying"],
])("%j is %s", (rekeying, stage) => expect(stageOf(rekeying)).toBe(stage));

test("only the answer to the last share has new ones", () => {
  const made: Made = { complete: true, keys_base64: ["a"], pgp_fingerprints: null, backup: false, verification_required: false, verification_nonce: "" };
  expect(isMade(made)).toBe(true);
  expect(isMade({ ...COMMON, started: true })).toBe(false);
});
