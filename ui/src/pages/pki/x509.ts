import { child, DerFault, type Element, elementOf, elementsOf, hexOf, numberOf, oidOf, serialOf, TAG, textOf, timeOf } from "./der";
import { blocksOf } from "./pem";

/** What a certificate says. */
export interface Certificate {
  serial: string;
  subject: string;
  issuer: string;
  /** Of the subject; empty where it has none. */
  commonName: string;
  notBefore: Date;
  notAfter: Date;
  /** Alternative names, each with its type: `DNS:www.example.com`. */
  names: string[];
  isAuthority: boolean;
  /** How many authorities may be below; null for any number. */
  pathLength: number | null;
  /** Such as `EC P-256`. */
  key: string;
  /** Identifiers of the subject's and of the issuer's key, by which chains are found; empty where it has none. */
  keyId: string;
  issuerKeyId: string;
  usages: string[];
  crls: string[];
}

/** What a request for a certificate says. */
export interface Request {
  subject: string;
  commonName: string;
  names: string[];
  key: string;
}

const ATTRIBUTES: Record<string, string> = { "2.5.4.3": "CN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.17": "postalCode", "1.2.840.113549.1.9.1": "emailAddress", "0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.25": "DC" };
const CURVES: Record<string, string> = { "1.2.840.10045.3.1.7": "P-256", "1.3.132.0.33": "P-224", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521" };
const USAGES: Record<string, string> = { "1.3.6.1.5.5.7.3.1": "ServerAuth", "1.3.6.1.5.5.7.3.2": "ClientAuth", "1.3.6.1.5.5.7.3.3": "CodeSigning", "1.3.6.1.5.5.7.3.4": "EmailProtection", "1.3.6.1.5.5.7.3.8": "TimeStamping", "1.3.6.1.5.5.7.3.9": "OCSPSigning" };
const KEY_USAGES = ["DigitalSignature", "ContentCommitment", "KeyEncipherment", "DataEncipherment", "KeyAgreement", "CertSign", "CRLSign", "EncipherOnly", "DecipherOnly"];
const OF_CONTEXT = 0x80;
const MADE_OF_PARTS = 0xa0;
const EC = "1.2.840.10045.2.1";
const RSA = "1.2.840.113549.1.1.1";

/** The first certificate in a text of PEM (pure); null where there is none that can be read. */
export function certificateIn(pem: string): Certificate | null {
  return certificatesIn(pem)[0] ?? null;
}

/** All certificates in a text of PEM that can be read (pure). */
export function certificatesIn(pem: string): Certificate[] {
  return blocksOf(pem)
    .filter(({ label }) => label === "CERTIFICATE" || label === "X509 CERTIFICATE")
    .flatMap(({ bytes }) => read(() => certificateOf(bytes)) ?? []);
}

/** The certificate request in a text of PEM (pure); null where there is none that can be read. */
export function requestIn(pem: string): Request | null {
  const block = blocksOf(pem).find(({ label }) => label.endsWith("CERTIFICATE REQUEST"));
  return block ? read(() => requestOf(block.bytes)) : null;
}

function read<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (thrown) {
    if (thrown instanceof DerFault || thrown instanceof RangeError) return null;
    throw thrown;
  }
}

/** What a certificate in DER says (pure).  Throws `DerFault`. */
export function certificateOf(bytes: Uint8Array): Certificate {
  const signed = elementsOf(child(elementsOf(elementOf(bytes, TAG.sequence).content), 0).content);
  const parts = signed[0]?.tag === MADE_OF_PARTS ? signed.slice(1) : signed; // its version comes first, if it isn't 1
  const [from, until] = elementsOf(child(parts, 3).content);
  if (!from || !until) throw new DerFault("validity");
  const extensions = extensionsOf(parts.find(({ tag }) => tag === MADE_OF_PARTS + 3));
  const basic = elementsIn(extensions.get("2.5.29.19"));
  const length = basic.find(({ tag }) => tag === TAG.integer);
  const subject = child(parts, 4);
  return {
    serial: serialOf(child(parts, 0)),
    subject: nameOf(subject),
    issuer: nameOf(child(parts, 2)),
    commonName: commonNameOf(subject),
    notBefore: timeOf(from),
    notAfter: timeOf(until),
    names: namesOf(extensions.get("2.5.29.17")),
    isAuthority: basic[0]?.tag === TAG.boolean && basic[0].content[0] !== 0,
    pathLength: length ? numberOf(length) : null,
    key: keyOf(child(parts, 5)),
    keyId: keyIdOf(extensions.get("2.5.29.14")),
    issuerKeyId: issuerKeyIdOf(extensions.get("2.5.29.35")),
    usages: [...keyUsagesOf(extensions.get("2.5.29.15")), ...elementsIn(extensions.get("2.5.29.37")).map((each) => USAGES[oidOf(each)] ?? oidOf(each))],
    crls: urlsIn(extensions.get("2.5.29.31")),
  };
}

function requestOf(bytes: Uint8Array): Request {
  const parts = elementsOf(child(elementsOf(elementOf(bytes, TAG.sequence).content), 0).content);
  const subject = child(parts, 1);
  const attributes = parts.find(({ tag }) => tag === MADE_OF_PARTS);
  const wanted = attributes && elementsOf(attributes.content).find((each) => oidOf(child(elementsOf(each.content), 0)) === "1.2.840.113549.1.9.14");
  const list = wanted && elementsOf(child(elementsOf(wanted.content), 1).content)[0];
  return { subject: nameOf(subject), commonName: commonNameOf(subject), names: namesOf(extensionMap(list).get("2.5.29.17")), key: keyOf(child(parts, 2)) };
}

function attributesOf(name: Element): { type: string; value: string }[] {
  return elementsOf(name.content)
    .flatMap(({ content }) => elementsOf(content))
    .map(({ content }) => {
      const [type, value] = elementsOf(content);
      if (!type || !value) throw new DerFault("name");
      const oid = oidOf(type);
      return { type: ATTRIBUTES[oid] ?? oid, value: textOf(value) };
    });
}

/** A name as `CN=Root, O=Example`, in the order in which it is written (pure). */
export function nameOf(name: Element): string {
  return attributesOf(name)
    .map(({ type, value }) => `${type}=${value}`)
    .join(", ");
}

function commonNameOf(name: Element): string {
  return attributesOf(name).find(({ type }) => type === "CN")?.value ?? "";
}

function keyOf({ content }: Element): string {
  const [algorithm, bits] = elementsOf(content);
  if (!algorithm || !bits) throw new DerFault("key");
  const [type, parameters] = elementsOf(algorithm.content);
  const oid = type ? oidOf(type) : "";
  if (oid === EC) return `EC ${parameters?.tag === TAG.oid ? (CURVES[oidOf(parameters)] ?? oidOf(parameters)) : ""}`.trim();
  if (oid === RSA) return `RSA ${modulusBits(bits)}`;
  return oid === "1.3.101.112" ? "Ed25519" : oid;
}

function modulusBits({ content }: Element): number {
  const modulus = child(elementsOf(elementOf(content.subarray(1), TAG.sequence).content), 0).content;
  return (modulus[0] === 0 ? modulus.length - 1 : modulus.length) * 8;
}

function extensionsOf(part: Element | undefined): Map<string, Uint8Array> {
  return extensionMap(part && elementsOf(part.content)[0]);
}

/** The extensions of a list of them, by their identifiers (pure). */
export function extensionMap(list: Element | undefined): Map<string, Uint8Array> {
  return new Map(
    (list ? elementsOf(list.content) : []).map(({ content }) => {
      const parts = elementsOf(content);
      return [oidOf(child(parts, 0)), child(parts, parts.length - 1).content];
    }),
  );
}

function elementsIn(extension: Uint8Array | undefined): Element[] {
  return extension ? elementsOf(elementOf(extension, TAG.sequence).content) : [];
}

function namesOf(extension: Uint8Array | undefined): string[] {
  return elementsIn(extension).map(({ tag, content }) => {
    switch (tag - OF_CONTEXT) {
      case 1:
        return `email:${new TextDecoder().decode(content)}`;
      case 2:
        return `DNS:${new TextDecoder().decode(content)}`;
      case 6:
        return `URI:${new TextDecoder().decode(content)}`;
      case 7:
        return `IP:${addressOf(content)}`;
      default:
        return `${tag}:${hexOf(content)}`;
    }
  });
}

function addressOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: bytes.length / 2 }, (_, at) => (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16));
  return groups.join(":");
}

function keyIdOf(extension: Uint8Array | undefined): string {
  return extension ? hexOf(elementOf(extension, TAG.octets).content) : "";
}

function issuerKeyIdOf(extension: Uint8Array | undefined): string {
  const id = elementsIn(extension).find(({ tag }) => tag === OF_CONTEXT);
  return id ? hexOf(id.content) : "";
}

function keyUsagesOf(extension: Uint8Array | undefined): string[] {
  if (!extension) return [];
  const [, ...bytes] = elementOf(extension, TAG.bits).content;
  return KEY_USAGES.filter((_, at) => ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
}

/** The URLs of distribution points. */
function urlsIn(extension: Uint8Array | undefined): string[] {
  const found: string[] = [];
  const look = (elements: readonly Element[]) => {
    for (const { tag, content } of elements) {
      if (tag === OF_CONTEXT + 6) found.push(new TextDecoder().decode(content));
      else if (tag & 0x20) look(elementsOf(content));
    }
  };
  look(elementsIn(extension));
  return found;
}
