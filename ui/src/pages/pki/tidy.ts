import type { Fields, Json } from "../../api/client";
import type { Schema } from "../../api/openapi";

/** What `tidy-status` tells of a run. */
export interface TidyStatus {
  state: string;
  error: string | null;
  message: string | null;
  time_started: string | null;
  time_finished: string | null;
  last_auto_tidy_finished: string;
  next_eligible_at: string | null;
  cert_store_deleted_count: number | null;
  revoked_cert_deleted_count: number | null;
  issuers_deleted_count: number | null;
  acme_account_deleted_count: number | null;
  acme_orders_deleted_count: number | null;
  current_cert_store_count: number | null;
  current_revoked_cert_count: number | null;
  kept: Record<string, Json> | null;
}

/** Whether a run is going on (pure). */
export function isRunning({ state }: Pick<TidyStatus, "state">): boolean {
  return state === "Running" || state === "Cancelling";
}

/** Why how many things are still there: `certificates`, `not yet expired`, 3 (pure). */
export function keptOf(kept: TidyStatus["kept"]): { what: string; why: string; count: number }[] {
  return Object.entries(kept ?? {}).flatMap(([what, reasons]) =>
    reasons !== null && typeof reasons === "object" && !Array.isArray(reasons) ? Object.entries(reasons).flatMap(([why, count]) => (typeof count === "number" ? [{ what, why, count }] : [])) : [],
  );
}

/** The fields that are taken for the sake of other servers' clients and do nothing, which no form asks for (pure). */
export function withoutEffect({ properties = {} }: Schema): string[] {
  return Object.entries(properties)
    .filter(([, { description = "" }]) => description.startsWith("Accepted") || description.startsWith("An old name"))
    .map(([name]) => name);
}

/** What a run is asked for at first: what the mount does by itself (pure). */
export function asUsual(automatic: Fields | undefined, schema: Schema): Record<string, string> {
  const left = withoutEffect(schema);
  return Object.fromEntries(
    Object.entries(automatic ?? {})
      .filter(([name, value]) => name in (schema.properties ?? {}) && !left.includes(name) && value === true)
      .map(([name]) => [name, "true"]),
  );
}
