import type { Fields } from "../../api/client";
import type { Schema } from "../../api/openapi";

/** Where a key comes from: made here for somebody's app, or brought along from another site. */
export const SIDES = ["generate", "url", "key"] as const;
export type Side = (typeof SIDES)[number];

const FIELDS: Record<Side, readonly string[]> = {
  generate: ["issuer", "account_name", "digits", "algorithm", "period", "skew", "key_size", "exported"],
  url: ["url"],
  key: ["key", "issuer", "account_name", "digits", "algorithm", "period"],
};
const REQUIRED: Record<Side, string[]> = { generate: ["issuer", "account_name"], url: ["url"], key: ["key"] };
const FIRST: Record<Side, readonly string[]> = { generate: ["issuer", "account_name"], url: ["url"], key: ["key", "issuer", "account_name"] };
/** The page draws its own picture. */
const FIXED: Record<Side, Fields> = { generate: { generate: true, qr_size: 0 }, url: {}, key: {} };

/** The form of a key from one side (pure). */
export function keyForm(schema: Schema, side: Side): { schema: Schema; order: readonly string[]; fixed: Fields } {
  const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([name]) => FIELDS[side].includes(name)));
  return { schema: { ...schema, properties, required: REQUIRED[side] }, order: FIRST[side], fixed: FIXED[side] };
}

/** Why a name can't be one of a key (pure). */
export function nameFault(name: string): "empty" | "characters" | null {
  if (name === "") return "empty";
  return /^\w([\w.@-]*\w)?$/.test(name) ? null : "characters";
}
