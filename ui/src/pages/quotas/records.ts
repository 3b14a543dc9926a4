import { link } from "../../app/location";

export const KINDS = ["rate-limit", "lease-count"] as const;
export type Kind = (typeof KINDS)[number];
export const GROUPS = ["ip", "none", "entity_then_ip", "entity_then_none"] as const;

/** What `sys/quotas/KIND/NAME` answers; the first fields are of both kinds. */
export interface Quota {
  name: string;
  path: string;
  role: string;
  inheritable: boolean;
  additional: boolean;
  rate?: number;
  /** In seconds, as is the next. */
  interval?: number;
  block_interval?: number;
  group_by?: string;
  secondary_rate?: number;
  max_leases?: number;
  counter?: number;
}

export const quotaPath = (kind: Kind, name: string) => `sys/quotas/${kind}/${name}`;
export const quotaLink = (kind: Kind, name = "") => link("/quotas/quota", { kind, name });

/** What a form holds of a quota: texts as they were typed, and null for no number. */
export interface Draft {
  path: string;
  role: string;
  /** Null where it wasn't said: then the server decides by the path. */
  inheritable: boolean | null;
  additional: boolean;
  rate: number | null;
  interval: string;
  blockInterval: string;
  groupBy: string;
  secondaryRate: number | null;
  maxLeases: number | null;
}

/** A form for a new quota, or for one that is there (pure). */
export function draftOf(quota: Quota | null): Draft {
  return {
    path: quota?.path ?? "",
    role: quota?.role ?? "",
    inheritable: quota?.inheritable ?? null,
    additional: quota?.additional ?? false,
    rate: quota?.rate ?? null,
    interval: quota?.interval ? `${quota.interval}s` : "1s",
    blockInterval: quota?.block_interval ? `${quota.block_interval}s` : "",
    groupBy: quota?.group_by ?? "ip",
    secondaryRate: quota?.secondary_rate || null,
    maxLeases: quota?.max_leases ?? null,
  };
}

/** Whether what is needed is there (pure). */
export function isComplete(kind: Kind, draft: Draft): boolean {
  return kind === "rate-limit" ? (draft.rate ?? 0) > 0 : (draft.maxLeases ?? 0) > 0;
}

/** What is written (pure): a write replaces the quota, so everything is named. */
export function bodyOf(kind: Kind, draft: Draft): Record<string, unknown> {
  const { path, role, inheritable, additional } = draft;
  const both = { path: path.trim(), role: role.trim(), additional, ...(inheritable !== null && { inheritable }) };
  if (kind === "lease-count") return { ...both, max_leases: draft.maxLeases ?? 0 };
  const isByEntity = draft.groupBy.startsWith("entity");
  return {
    ...both,
    rate: draft.rate ?? 0,
    interval: draft.interval.trim() || "1s",
    block_interval: draft.blockInterval.trim() || "0s",
    group_by: draft.groupBy,
    ...(isByEntity && draft.secondaryRate !== null && { secondary_rate: draft.secondaryRate }),
  };
}
