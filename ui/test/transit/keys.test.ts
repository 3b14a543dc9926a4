import { describe, expect, test } from "vitest";
import { kindsOf } from "../../src/pages/transit/exports";
import { newKeyOf, type Wanted } from "../../src/pages/transit/key_types";
import type { KeyInfo } from "../../src/pages/transit/mount";
import { isPossible, type Operation, OPERATIONS } from "../../src/pages/transit/operations";
import { versionsOf } from "../../src/pages/transit/versions";

const KEY: KeyInfo = {
  name: "a", type: "aes256-gcm96", latest_version: 2, min_available_version: 0, min_decryption_version: 1, min_encryption_version: 0, derived: false, exportable: false,
  allow_plaintext_backup: false, deletion_allowed: false, soft_deleted: false, auto_rotate_period: 0, imported_key: false, supports_encryption: true, supports_decryption: true,
  supports_signing: false, supports_derivation: true, keys: { "1": 1_700_000_000, "2": 1_800_000_000 },
};
const WANTED: Wanted = { type: "aes256-gcm96", set: "", ec: "ed25519", size: null, derived: false, convergent: false, exportable: false, backup: false, rotate: "" };

describe("what is offered", () => {
  const offered = (key: KeyInfo): Operation[] => OPERATIONS.filter((each) => isPossible(key, each));

  test.each<[string, Partial<KeyInfo>, Operation[]]>([
    ["a symmetric key", {}, ["encrypt", "decrypt", "rewrap", "datakey", "verify", "hmac"]],
    ["a key that signs", { type: "ed25519", supports_encryption: false, supports_decryption: false, supports_signing: true }, ["sign", "verify", "hmac"]],
    ["a key for codes", { type: "aes256-cmac", supports_encryption: false, supports_decryption: false }, ["verify", "hmac", "cmac"]],
    ["a public half", { type: "rsa-2048", supports_decryption: false }, ["encrypt", "rewrap", "datakey", "verify", "hmac"]],
    ["a key out of use", { soft_deleted: true }, []],
    ["a key for one thing", { allowed_operations: ["decrypt"] }, ["decrypt"]],
  ])("of %s", (_, changes, expected) => {
    expect(offered({ ...KEY, ...changes })).toEqual(expected);
  });
});

describe("what can be exported", () => {
  test.each<[Partial<KeyInfo>, string[]]>([
    [{}, []],
    [{ exportable: true }, ["encryption-key", "hmac-key"]],
    [{ type: "ed25519", supports_encryption: false, supports_signing: true }, ["public-key"]],
    [{ type: "aes256-cmac", supports_encryption: false, exportable: true }, ["cmac-key", "hmac-key"]],
  ])("of %j", (changes, expected) => {
    expect(kindsOf({ ...KEY, ...changes })).toEqual(expected);
  });
});

describe("the request for a key", () => {
  test("has what the type takes, and nothing else", () => {
    expect(newKeyOf({ ...WANTED, type: "rsa-2048", convergent: true, size: 64, set: "44" })).toEqual({ type: "rsa-2048", exportable: false, allow_plaintext_backup: false });
    expect(newKeyOf({ ...WANTED, type: "hmac", size: 64 })).toMatchObject({ key_size: 64 });
    expect(newKeyOf({ ...WANTED, type: "hybrid" })).toMatchObject({ parameter_set: "44", hybrid_key_type_pqc: "ml-dsa", hybrid_key_type_ec: "ed25519" });
  });

  test("a backup needs an export, and convergence contexts", () => {
    expect(newKeyOf({ ...WANTED, backup: true, convergent: true })).toMatchObject({ exportable: true, derived: true, convergent_encryption: true });
  });
});

test("versions are told the newest first, of both forms", () => {
  const keys = { "1": 1_700_000_000, "10": { name: "P-256", public_key: "pem", creation_time: "2030-01-01T00:00:00Z", certificate_chain: "" } };
  expect(versionsOf({ keys, latest_version: 10 }).map(({ number, state, publicKey }) => [number, state, publicKey])).toEqual([[10, "latest", "pem"], [1, "in_use", ""]]);
});
