import type { Need } from "../../api/capabilities";
import { dataPath } from "../kv/store";

/** A mount as `sys/my/mounts` tells of it. */
export interface MyKv {
  type: string;
  options: Record<string, string> | null;
}

/** A store for secrets, and what a first secret there needs. */
export interface MyStore {
  mount: string;
  versioned: boolean;
  /** Whether what is kept there ends with the user's token. */
  ends: boolean;
  need: Need;
}

/** The stores for secrets among mounts; a token's own place comes last (pure). */
export function storesIn(mounts: Record<string, MyKv>): MyStore[] {
  return Object.entries(mounts)
    .filter(([, { type }]) => type === "kv" || type === "cubbyhole")
    .sort(([, a], [, b]) => Number(a.type === "cubbyhole") - Number(b.type === "cubbyhole"))
    .map(([mount, { type, options }]) => {
      const versioned = options?.["version"] === "2";
      return { mount, versioned, ends: type === "cubbyhole", need: `create ${dataPath({ mount, type, versioned }, "new")}` };
    });
}
