import { describe, expect, test } from "vitest";
import { type Authority, forestOf, isIssuedBy, stateOf } from "../../src/pages/pki/chain";
import type { Certificate } from "../../src/pages/pki/x509";

const certificate = (subject: string, issuer: string, more: Partial<Certificate> = {}): Certificate => ({
  serial: "01", subject: `CN=${subject}`, issuer: `CN=${issuer}`, commonName: subject, notBefore: new Date(0), notAfter: new Date(100), names: [], isAuthority: true, pathLength: null, key: "",
  keyId: subject, issuerKeyId: issuer, usages: [], crls: [], ...more,
});
const authority = (subject: string, issuer: string, more: Partial<Certificate> = {}, id = subject): Authority => ({ id, name: "", isDefault: false, certificate: certificate(subject, issuer, more) });
const drawn = (authorities: Authority[]) => forestOf(authorities).map(({ authority: { id }, depth, parent, signedBy }) => [id, depth, parent, signedBy]);

describe("authorities stand below the one that has signed them", () => {
  test("in whatever order they are listed", () => {
    expect(drawn([authority("leaf", "middle"), authority("root", "root"), authority("other", "root"), authority("middle", "root")])).toEqual([
      ["root", 0, null, "itself"],
      ["other", 1, 0, "here"],
      ["middle", 1, 0, "here"],
      ["leaf", 2, 2, "here"],
    ]);
  });

  test("and on their own where that one isn't here", () => {
    expect(drawn([authority("web", "far away")])).toEqual([["web", 0, null, "elsewhere"]]);
    expect(drawn([{ id: "broken", name: "", isDefault: false, certificate: null }])).toEqual([["broken", 0, null, "elsewhere"]]);
  });

  test("each once, where two have signed each other", () => {
    expect(drawn([authority("a", "b"), authority("b", "a")]).map(([id]) => id)).toEqual(["a", "b"]);
  });

  test("and a name with another key is another authority", () => {
    expect(isIssuedBy(certificate("web", "root", { issuerKeyId: "old key" }), certificate("root", "root"))).toBe(false);
    expect(isIssuedBy(certificate("web", "root", { issuerKeyId: "" }), certificate("root", "root"))).toBe(true);
    expect(drawn([authority("root", "root"), authority("root", "old", {}, "crossed")])).toEqual([
      ["root", 0, null, "itself"],
      ["crossed", 0, null, "elsewhere"],
    ]);
  });
});

test.each([
  [-1, "future"],
  [0, "valid"],
  [84, "valid"],
  [86, "soon"],
  [100, "expired"],
] as const)("at %i of 100 a certificate is %s", (now, state) => {
  expect(stateOf(certificate("a", "a"), new Date(now))).toBe(state);
});
