import type { Certificate } from "./x509";

/** An issuer with what its certificate says; null where that can't be read. */
export interface Authority {
  id: string;
  name: string;
  isDefault: boolean;
  certificate: Certificate | null;
}

/** An authority at its place in the picture: below the one that has signed it. */
export interface Placed {
  authority: Authority;
  /** How many authorities of this mount are above it. */
  depth: number;
  /** The row of the one that has signed it; null for roots, and where that one isn't in this mount. */
  parent: number | null;
  /** Who has signed it: itself, another one of the mount, or one from elsewhere. */
  signedBy: "itself" | "here" | "elsewhere";
}

/** Whether a certificate was signed by the holder of another one, as far as names and identifiers of keys tell (pure). */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (certificate.issuer !== issuer.subject) return false;
  return !certificate.issuerKeyId || !issuer.keyId || certificate.issuerKeyId === issuer.keyId;
}

const isRoot = (certificate: Certificate) => certificate.issuer === certificate.subject && isIssuedBy(certificate, certificate);

/** The authorities as a forest, each below the one that has signed it; every one once, whatever they claim (pure). */
export function forestOf(authorities: readonly Authority[]): Placed[] {
  const placed: Placed[] = [];
  const seen = new Set<string>();
  const place = (authority: Authority, depth: number, parent: number | null, signedBy: Placed["signedBy"]) => {
    seen.add(authority.id);
    const row = placed.push({ authority, depth, parent, signedBy }) - 1;
    for (const each of authorities) {
      if (seen.has(each.id) || !each.certificate || !authority.certificate || isRoot(each.certificate)) continue;
      if (isIssuedBy(each.certificate, authority.certificate)) place(each, depth + 1, row, "here");
    }
  };
  const known = (certificate: Certificate, but: string) => authorities.some((each) => each.id !== but && each.certificate && isIssuedBy(certificate, each.certificate));
  for (const each of authorities) if (each.certificate && isRoot(each.certificate)) place(each, 0, null, "itself");
  for (const each of authorities) if (!seen.has(each.id) && (!each.certificate || !known(each.certificate, each.id))) place(each, 0, null, "elsewhere");
  // Two that have signed each other are above nobody.
  for (const each of authorities) if (!seen.has(each.id)) place(each, 0, null, "here");
  return placed;
}

/** What holds of a certificate at a moment (pure). */
export function stateOf({ notBefore, notAfter }: Pick<Certificate, "notBefore" | "notAfter">, now: Date): "future" | "valid" | "soon" | "expired" {
  if (now < notBefore) return "future";
  if (now >= notAfter) return "expired";
  const left = (notAfter.getTime() - now.getTime()) / (notAfter.getTime() - notBefore.getTime());
  return left < 0.15 ? "soon" : "valid";
}
