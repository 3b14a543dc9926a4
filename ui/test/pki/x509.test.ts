import { describe, expect, test } from "vitest";
import { listIn } from "../../src/pages/pki/crl";
import { blocksOf, joined, pemOf } from "../../src/pages/pki/pem";
import { certificateIn, certificateOf, certificatesIn, requestIn } from "../../src/pages/pki/x509";
import { CERTIFICATE, LIST, REQUEST } from "./made";

const NAMES = ["DNS:www.example.com", "IP:10.1.2.3", "IP:2001:db8:0:0:0:0:0:1", "URI:https://example.com/a", "email:me@example.com"];
const SUBJECT = "CN=www.example.com, O=Müller & Söhne";

test("a certificate is read as OpenSSL reads it", () => {
  expect(certificateIn(CERTIFICATE)).toMatchObject({
    serial: "ff:01",
    subject: SUBJECT,
    issuer: SUBJECT,
    commonName: "www.example.com",
    names: NAMES,
    isAuthority: true,
    pathLength: 2,
    key: "RSA 2048",
    usages: ["DigitalSignature", "CertSign", "ServerAuth", "1.2.3.4"],
    crls: ["http://crl.example.com/one"],
    notAfter: new Date("2109-01-17T13:33:40Z"), // which needs a year of four digits
  });
  const read = certificateIn(CERTIFICATE);
  expect(read?.keyId).toHaveLength(59);
  expect(read?.issuerKeyId).toBe(read?.keyId);
});

test("a request is read", () => {
  expect(requestIn(REQUEST)).toEqual({ subject: SUBJECT, commonName: "www.example.com", names: NAMES, key: "EC P-384" });
});

test("a list of revoked certificates is read", () => {
  expect(listIn(LIST)).toMatchObject({
    issuer: SUBJECT,
    number: 1,
    revoked: [
      { serial: "02", reason: "", at: new Date("2026-01-02T00:00:00Z") },
      { serial: "ab:01", reason: "keyCompromise", at: new Date("2026-01-01T00:00:00Z") },
    ],
  });
});

describe("what is broken", () => {
  const bytes = blocksOf(CERTIFICATE)[0]?.bytes ?? new Uint8Array();

  test("is none, wherever it ends", () => {
    for (let length = 0; length < bytes.length; length += 7) expect(certificateIn(pemOf("CERTIFICATE", bytes.subarray(0, length)))).toBe(null);
  });

  test("fails in no other way, whichever byte is another", () => {
    for (let at = 0; at < 200; at++) {
      const altered = bytes.slice();
      altered[at] = (altered[at] ?? 0) ^ 0xff;
      certificateIn(pemOf("CERTIFICATE", altered));
    }
  });

  test("is neither a text without PEM", () => {
    expect([certificateIn("<b>no</b>"), requestIn(CERTIFICATE), listIn("")]).toEqual([null, null, null]);
  });
});

test("PEM is written as it is read, and joined with line ends", () => {
  const [block] = blocksOf(`before\n${CERTIFICATE}\nafter`);
  expect(block && pemOf(block.label, block.bytes)).toBe(block?.text);
  expect(certificatesIn(joined([CERTIFICATE.trim(), "", CERTIFICATE.trim()]))).toHaveLength(2);
  expect(block && certificateOf(block.bytes).serial).toBe("ff:01");
});
