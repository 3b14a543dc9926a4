import type { Fields } from "../../api/client";
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
    const [old, now] = [before[name], after[name]];
    const kind = old === undefined ? "added" : now === undefined ? "removed" : JSON.stringify(old) === JSON.stringify(now) ? "same" : "changed";
    return { name, kind, before: old === undefined ? "" : shown(old), after: now === undefined ? "" : shown(now) };
  });
}
