import type { Need } from "../../api/capabilities";
import { join } from "../../api/paths";
import { link } from "../../app/location";
import { t } from "../../texts";

/** What the list of issuers tells of each. */
export interface IssuerEntry {
  is_default: boolean;
  issuer_name: string;
  key_id: string;
  serial_number: string;
}

/** What anybody may read of an issuer. */
export interface PublicIssuer {
  ca_chain: string[];
  certificate: string;
  issuer_id: string;
  issuer_name: string;
}

/** What `cert/SERIAL` tells. */
export interface StoredCertificate {
  certificate: string;
  revocation_time: number;
  revocation_time_rfc3339: string;
  revocation_reason?: string;
  issuer_id?: string;
}

/** What `certs/detailed` tells of each certificate. */
export interface CertificateEntry {
  common_name: string;
  dns_names: string[] | null;
  issuer: string;
  issuer_id: string;
  not_before: string;
  not_after: string;
  revocation_time_rfc3339: string;
  role: string;
  key_type: string;
  key_bits: number;
}

export const issuerPath = (mount: string, ref: string, below = "") => join(mount, "issuer", ref, below);
export const rolePath = (mount: string, name: string, below = "") => join(mount, "roles", name, below);

/** What changes in a mount need. */
export function needs(mount: string) {
  return {
    makeRoot: `update ${join(mount, "root/generate/internal")}` as Need,
    makeIntermediate: `update ${join(mount, "intermediate/generate/internal")}` as Need,
    importBundle: `update ${join(mount, "issuers/import/bundle")}` as Need,
    setSigned: `update ${join(mount, "intermediate/set-signed")}` as Need,
    chooseDefault: `update ${join(mount, "config/issuers")}` as Need,
    listRoles: `list ${join(mount, "roles")}` as Need,
    makeRole: `create ${rolePath(mount, "new")}` as Need,
    listDetailed: `list ${join(mount, "certs/detailed")}` as Need,
    listCertificates: `list ${join(mount, "certs")}` as Need,
    revoke: `update ${join(mount, "revoke")}` as Need,
    listKeys: `list ${join(mount, "keys")}` as Need,
    tidyStatus: `read ${join(mount, "tidy-status")}` as Need,
    tidy: `update ${join(mount, "tidy")}` as Need,
    tidyCancel: `update ${join(mount, "tidy-cancel")}` as Need,
    acme: `read ${join(mount, "config/acme")}` as Need,
  };
}

export type Shows = Record<string, string | number | undefined>;

export const pkiLink = (mount: string, page = "", shows: Shows = {}) => link(`/secrets/pki${page}`, { mount, ...shows });
export const issuerLink = (mount: string, ref: string) => pkiLink(mount, "/issuer", { ref });
export const roleLink = (mount: string, name: string) => pkiLink(mount, "/role", { name });
export const certificateLink = (mount: string, serial: string, role = "") => pkiLink(mount, "/certificate", { serial, role });

/** The way to a page of a mount: by its part, if it is in one. */
export function crumbsOf(mount: string, part?: { text: string; page: string }) {
  const top = [{ text: t("secrets.title"), to: "/secrets" }];
  if (!part) return top;
  return [...top, { text: mount, to: pkiLink(mount) }, ...(part.page ? [{ text: part.text, to: pkiLink(mount, part.page) }] : [])];
}
