import { write } from "../../api/client";

/** How many of a kind there are, by mount. */
export type Counts = Record<string, Record<string, number>>;

/** A part of what a dry run of `sys/revoke-issued` answers. */
interface Part {
  found: Counts;
  undetermined: Counts;
  total: number;
  complete: boolean;
  after: string;
}

/** What was issued to an entity. */
export interface Held {
  found: Counts;
  total: number;
  complete: boolean;
}

/** Adds counts up (pure). */
export function added(one: Counts, other: Counts): Counts {
  const sum: Counts = structuredClone(one);
  for (const [kind, mounts] of Object.entries(other)) {
    const of = (sum[kind] ??= {});
    for (const [mount, n] of Object.entries(mounts)) of[mount] = (of[mount] ?? 0) + n;
  }
  return sum;
}

/** Counts what was issued to an entity.  The server looks at so many rows a request; this asks until all were looked at. */
export async function countHeld(entity: string, told: (held: Held) => void, signal: AbortSignal): Promise<Held> {
  let held: Held = { found: {}, total: 0, complete: false };
  let after = "";
  while (!held.complete) {
    const part = await write<Part>("sys/revoke-issued", { entity_id: entity, dry_run: true, ...(after && { after }) }, { signal });
    held = { found: added(added(held.found, part.found), part.undetermined), total: held.total + part.total, complete: part.complete || part.after === "" };
    after = part.after;
    told(held);
  }
  return held;
}
