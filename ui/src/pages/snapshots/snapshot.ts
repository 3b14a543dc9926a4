import type { Need } from "../../api/capabilities";
import { link } from "../../app/location";

/** What a snapshot is of, as verifying and restoring tell it. */
export interface Whole {
  id: string;
  index: number;
  rows: number;
  version: string;
  storage: string;
  created: string;
  cluster_name: string;
  cluster_id: string;
  seals: string[];
  authenticated_by: string;
}

export type Restored = Whole & { frozen: boolean; sealed: boolean };

/** A snapshot that is loaded on the node that answers. */
export interface Loaded {
  snapshot_id: string;
  cluster_id: string;
  expires_at: string;
  snapshot_time: string;
  index: number;
}

/** What became of a schedule. */
export interface Status {
  consecutive_errors: number;
  last_snapshot_start: string;
  last_snapshot_end: string;
  last_snapshot_error: string;
  next_snapshot_start: string;
  good_time: string;
  good_name: string;
  good_size: number;
  good_rows: number;
  kept: number;
  /** What the server does for it at present; empty while it does nothing. */
  phase: "" | "copying" | "keeping" | "verifying";
  phase_start: string;
}

export const SNAPSHOT = "sys/storage/raft/snapshot";
export const LOAD = "sys/storage/raft/snapshot-load";
export const SCHEDULES = "sys/snapshots/schedule";

export const schedulePath = (name: string) => `${SCHEDULES}/${name}`;
export const takenPath = (name: string, file = "") => (file ? `sys/snapshots/taken/${name}/${file}` : `sys/snapshots/taken/${name}`);
export const statusPath = (name: string) => `sys/snapshots/status/${name}`;
export const scheduleLink = (name = "") => link("/snapshots/schedule", { name });
export const readLink = (id: string) => link("/snapshots/read", { id });

/** A change that needs `sudo` as well. */
export const may = (capability: "create" | "read" | "update" | "delete" | "list", path: string): Need[] => [`${capability} ${path}`, `sudo ${path}`];

const BEGINS_WITHIN_MS = 30_000;

/** Whether a snapshot is due, so that a process will take it at once (pure).  While the store is frozen, none does. */
export function isDue({ next_snapshot_start: next }: Pick<Status, "next_snapshot_start">, now: Date): boolean {
  const late = next ? now.getTime() - new Date(next).getTime() : -1;
  return late >= 0 && late < BEGINS_WITHIN_MS;
}
