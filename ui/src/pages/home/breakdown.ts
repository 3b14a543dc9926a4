import type { LeaseSummary } from "../leases/lease";

export const DUE = ["over", "hour", "day", "week", "later"] as const;
export type Due = (typeof DUE)[number];

/** Leases by mount and by when they end. */
export interface Breakdown {
  byMount: Record<string, number>;
  byDue: Record<Due, number>;
  counted: number;
  /** Whether there are more than were counted. */
  isPartial: boolean;
}

export const NOTHING: Breakdown = { byMount: {}, byDue: { over: 0, hour: 0, day: 0, week: 0, later: 0 }, counted: 0, isPartial: false };

/** The mount that a lease is of: the longest path that its id begins with; its first part where none is known (pure). */
export function mountOf(id: string, mounts: readonly string[]): string {
  const found = mounts.filter((path) => id.startsWith(path)).sort((a, b) => b.length - a.length)[0];
  return found ?? id.slice(0, id.indexOf("/") + 1);
}

function dueOf(lease: LeaseSummary, now: number): Due {
  const seconds = (Date.parse(lease.expire_time) - now) / 1000;
  if (lease.state === "revoking" || lease.state === "irrevocable" || seconds <= 0) return "over";
  if (seconds <= 3_600) return "hour";
  if (seconds <= 86_400) return "day";
  return seconds <= 7 * 86_400 ? "week" : "later";
}

/** A breakdown with more leases in it (pure). */
export function withLeases(before: Breakdown, leases: Record<string, LeaseSummary>, mounts: readonly string[], now: number): Breakdown {
  const sum = structuredClone(before);
  for (const [id, lease] of Object.entries(leases)) {
    const mount = mountOf(id, mounts);
    sum.byMount[mount] = (sum.byMount[mount] ?? 0) + 1;
    sum.byDue[dueOf(lease, now)] += 1;
    sum.counted += 1;
  }
  return sum;
}
