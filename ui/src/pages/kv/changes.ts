import type { Fields } from "../../api/client";
import { isSame } from "./merging";
import { shown } from "./values";

/** How a field differs between two versions. */
export interface Change {
  name: string;
  kind: "added" | "removed" | "changed" | "same";
  before: string;
  after: string;
}

/** Every field of either version, by name (pure). */
export function changesOf(before: Fields, after: Fields): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.map((name) => {
    const [had, has] = [Object.hasOwn(before, name), Object.hasOwn(after, name)];
    const kind = !had ? "added" : !has ? "removed" : isSame(before[name], after[name]) ? "same" : "changed";
    return { name, kind, before: had ? shown(before[name]) : "", after: has ? shown(after[name]) : "" };
  });
}
