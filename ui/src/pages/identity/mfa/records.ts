import type { Fields } from "../../../api/client";
import type { Schema } from "../../../api/openapi";

export const TYPES = ["totp", "duo", "okta", "pingid"] as const;
export type MethodType = (typeof TYPES)[number];

/** How a second factor is proved. */
export type Method = Fields & { id: string; name: string; type: string };

/** Which logins need a second factor, and what may prove it. */
export interface Demand {
  name: string;
  mfa_method_ids: string[];
  auth_method_accessors: string[];
  auth_method_types: string[];
  identity_entity_ids: string[];
  identity_group_ids: string[];
}

export const methodPath = (type: string, id: string) => `identity/mfa/method/${type}/${id}`;
export const demandPath = (name: string) => `identity/mfa/login-enforcement/${name}`;

/** The settings of a method by the names that a write has for them (pure). */
export function settingsOf(method: Method): Fields {
  const { name, pushinfo, ...rest } = method;
  return { ...rest, method_name: name, ...(pushinfo !== undefined && { push_info: pushinfo }) };
}

/** What is written of a method (pure): a write sets all fields, so what holds and isn't changed is named too. */
export function wholeBody(schema: Schema, settings: Fields, changed: Fields): Fields {
  const kept = Object.keys(schema.properties ?? {}).filter((name) => settings[name] !== undefined && settings[name] !== null);
  return { ...Object.fromEntries(kept.map((name) => [name, settings[name] ?? null])), ...changed };
}
