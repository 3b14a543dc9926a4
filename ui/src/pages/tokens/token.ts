import type { Need } from "../../api/capabilities";
import { link } from "../../app/location";

/** What a lookup shows of a token. */
export interface TokenFacts {
  accessor: string;
  display_name: string;
  policies: string[];
  identity_policies?: string[];
  entity_id: string;
  path: string;
  type: "service" | "batch";
  orphan: boolean;
  ttl: number;
  creation_ttl: number;
  explicit_max_ttl: number;
  num_uses: number;
  period?: number;
  role?: string;
  renewable?: boolean;
  bound_cidrs?: string[];
  meta: Record<string, string> | null;
  issue_time?: string;
  creation_time: number;
  expire_time: string | null;
  last_renewal?: string;
  namespace_path?: string;
}

export const tokenLink = (accessor: string, after = "") => link("/tokens/token", { accessor, after });
export const tokensLink = (after = "") => link("/tokens", { after });
export const createLink = (role = "") => link("/tokens/create", { role });
export const roleLink = (name = "") => link("/tokens/role", { name });

export const FAMILY: readonly Need[] = ["update auth/token/lookup-children", "sudo auth/token/lookup-children"];
export const LIST: readonly Need[] = ["list auth/token/accessors/", "sudo auth/token/accessors/"];

/** Where a token is made: a role has a path of its own, and so has an orphan for who lacks `sudo` (pure). */
export function createPath(role: string, orphan: boolean, sudo: boolean): string {
  if (role !== "") return `auth/token/create/${role}`;
  return orphan && !sudo ? "auth/token/create-orphan" : "auth/token/create";
}

/** What is typed to make a token. */
export interface Wanted {
  policies: string;
  display_name: string;
  ttl: string;
  explicit_max_ttl: string;
  period: string;
  num_uses: number | null;
  type: "" | "service" | "batch";
  renewable: boolean;
  no_default_policy: boolean;
  orphan: boolean;
  entity_alias: string;
  id: string;
  meta: [string, string][];
}

export const NOTHING: Wanted = { policies: "", display_name: "", ttl: "", explicit_max_ttl: "", period: "", num_uses: null, type: "", renewable: true, no_default_policy: false, orphan: false, entity_alias: "", id: "", meta: [] };

/** The names in a text, parted by commas, spaces or lines (pure). */
export function namesIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((name) => name !== "");
}

/** The body of the request for a token: what was typed, and nothing that stands for itself (pure). */
export function bodyOf(wanted: Wanted, path: string): Record<string, unknown> {
  const policies = namesIn(wanted.policies);
  const meta = wanted.meta.filter(([name]) => name.trim() !== "").map(([name, text]) => [name.trim(), text]);
  const texts = Object.entries({ ttl: wanted.ttl, explicit_max_ttl: wanted.explicit_max_ttl, period: wanted.period, type: wanted.type, display_name: wanted.display_name, entity_alias: wanted.entity_alias, id: wanted.id })
    .map(([name, text]) => [name, text.trim()])
    .filter(([, text]) => text !== "");
  return {
    ...Object.fromEntries(texts),
    ...(policies.length > 0 && { policies }),
    ...(meta.length > 0 && { meta: Object.fromEntries(meta) }),
    ...(wanted.num_uses !== null && { num_uses: wanted.num_uses }),
    ...(!wanted.renewable && { renewable: false }),
    ...(wanted.no_default_policy && { no_default_policy: true }),
    ...(wanted.orphan && path === "auth/token/create" && { no_parent: true }),
  };
}
