import { child, type Element, elementOf, elementsOf, DerFault, numberOf, serialOf, TAG, timeOf } from "./der";
import { blocksOf } from "./pem";
import { extensionMap, nameOf } from "./x509";

/** A certificate on a list. */
export interface Revoked {
  serial: string;
  at: Date;
  /** As RFC 5280 calls it; empty where none was given. */
  reason: string;
}

/** A list of revoked certificates. */
export interface RevocationList {
  issuer: string;
  number: number | null;
  thisUpdate: Date;
  nextUpdate: Date | null;
  revoked: Revoked[];
}

const REASONS: Record<number, string> = { 1: "keyCompromise", 2: "cACompromise", 3: "affiliationChanged", 4: "superseded", 5: "cessationOfOperation", 6: "certificateHold", 8: "removeFromCRL", 9: "privilegeWithdrawn", 10: "aACompromise" };

/** The list in a text of PEM (pure); null where there is none that can be read. */
export function listIn(pem: string): RevocationList | null {
  const block = blocksOf(pem).find(({ label }) => label === "X509 CRL");
  if (!block) return null;
  try {
    return listOf(block.bytes);
  } catch (thrown) {
    if (thrown instanceof DerFault) return null;
    throw thrown;
  }
}

function listOf(bytes: Uint8Array): RevocationList {
  const signed = elementsOf(child(elementsOf(elementOf(bytes, TAG.sequence).content), 0).content);
  const parts = signed[0]?.tag === TAG.integer ? signed.slice(1) : signed;
  const isTime = ({ tag }: Element) => tag === TAG.utcTime || tag === TAG.time;
  const next = parts[3] && isTime(parts[3]) ? parts[3] : undefined;
  const after = parts[next ? 4 : 3];
  const extensions = parts.find(({ tag }) => tag === 0xa0);
  const number = extensionMap(extensions && elementsOf(extensions.content)[0]).get("2.5.29.20");
  return {
    issuer: nameOf(child(parts, 1)),
    thisUpdate: timeOf(child(parts, 2)),
    nextUpdate: next ? timeOf(next) : null,
    number: number ? numberOf(elementOf(number, TAG.integer)) : null,
    revoked: after?.tag === TAG.sequence ? elementsOf(after.content).map(entryOf) : [],
  };
}

function entryOf({ content }: Element): Revoked {
  const parts = elementsOf(content);
  const reason = extensionMap(parts[2]).get("2.5.29.21");
  return { serial: serialOf(child(parts, 0)), at: timeOf(child(parts, 1)), reason: reason ? (REASONS[numberOf(elementOf(reason))] ?? "") : "" };
}
