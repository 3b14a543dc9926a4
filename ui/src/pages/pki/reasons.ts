import type { Schema } from "../../api/openapi";

/** Why a certificate may be revoked, as the API names it; the first is that nothing is said (pure). */
export function reasonsOf(schema: Schema | undefined): string[] {
  return ["", ...(schema?.properties?.["reason"]?.enum ?? []).map(String).filter(Boolean)];
}
