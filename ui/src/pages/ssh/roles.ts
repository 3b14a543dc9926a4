import type { Fields } from "../../api/client";
import type { Schema } from "../../api/openapi";

/** What a role is for: certificates of users or of hosts, or passwords for one login. */
export const KINDS = ["user", "host", "otp"] as const;
export type Kind = (typeof KINDS)[number];

const FOR_PASSWORDS = ["default_user", "allowed_users", "cidr_list", "exclude_cidr_list", "allowed_hosts", "port"];
const OF_PASSWORDS_ALONE = ["cidr_list", "exclude_cidr_list", "allowed_hosts", "port"];

const ORDER: Record<Kind, readonly string[]> = {
  user: ["allowed_users", "default_user", "ttl", "max_ttl", "allowed_extensions", "default_extensions"],
  host: ["allowed_domains", "allow_subdomains", "allow_bare_domains", "ttl", "max_ttl"],
  otp: FOR_PASSWORDS,
};

const FIXED: Record<Kind, Fields> = {
  user: { key_type: "ca", allow_user_certificates: true },
  host: { key_type: "ca", allow_host_certificates: true },
  otp: { key_type: "otp" },
};

const INITIAL: Record<Kind, Record<string, string>> = {
  user: { allowed_extensions: "permit-pty", default_extensions: "permit-pty=", ttl: "30m" },
  host: { ttl: "8760h", allow_subdomains: "true" },
  otp: {},
};

/** The form of a role for one purpose: its own fields, the usual first (pure). */
export function roleForm(schema: Schema, kind: Kind): { schema: Schema; order: readonly string[]; initial: Record<string, string>; fixed: Fields } {
  const isShown = (name: string) => name !== "key_type" && (kind === "otp" ? FOR_PASSWORDS.includes(name) : !OF_PASSWORDS_ALONE.includes(name));
  const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([name]) => isShown(name)));
  return { schema: { ...schema, properties, required: kind === "otp" ? ["default_user"] : [] }, order: ORDER[kind], initial: INITIAL[kind], fixed: FIXED[kind] };
}
