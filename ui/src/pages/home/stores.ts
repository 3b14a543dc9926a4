import type { Need } from "../../api/capabilities";
import { dataPath } from "../kv/store";

/** A mount as `sys/my/mounts` tells of it. */
export interface MyKv {
  type: string;
  options: Record<string, string> | null;
}

/** The stores for secrets among mounts, and what a first secret there needs; a token's own place comes last (pure). */
export function storesIn(mounts: Record<string, MyKv>): { mount: string; need: Need }[] {
  return Object.entries(mounts)
    .filter(([, { type }]) => type === "kv" || type === "cubbyhole")
    .sort(([, a], [, b]) => Number(a.type === "cubbyhole") - Number(b.type === "cubbyhole"))
    .map(([mount, { type, options }]) => ({ mount, need: `create ${dataPath({ mount, type, versioned: options?.["version"] === "2" }, "new")}` }));
}
