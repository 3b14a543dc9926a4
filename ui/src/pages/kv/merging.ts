import type { Fields, Json } from "../../api/client";
import { isFields } from "../../api/json";

/** Whether two values are the same (pure).  The order of names doesn't count. */
export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return one === other || JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((each) => ordered(each) ?? null);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, ordered(value[name]) ?? null]));
}

const valueIn = (fields: Fields, name: string): Json | undefined => (Object.hasOwn(fields, name) ? fields[name] : undefined);

/** A field that somebody else has changed since. */
export interface Overtaken {
  name: string;
  mine: Json | undefined;
  theirs: Json | undefined;
  /** Whether it was changed here too, so that somebody has to choose. */
  isConflict: boolean;
}

/** What others have changed since the version that a form is based on (pure). */
export function overtakenIn(base: Fields, mine: Fields, theirs: Fields): Overtaken[] {
  const names = [...new Set([...Object.keys(base), ...Object.keys(mine), ...Object.keys(theirs)])].sort();
  return names.flatMap((name) => {
    const [was, here, there] = [valueIn(base, name), valueIn(mine, name), valueIn(theirs, name)];
    if (isSame(was, there) || isSame(here, there)) return [];
    return [{ name, mine: here, theirs: there, isConflict: !isSame(was, here) }];
  });
}

/** My fields with what others have changed; of a field that both have changed theirs only if it is among `taken` (pure). */
export function mergedWith(base: Fields, mine: Fields, theirs: Fields, taken: ReadonlySet<string>): Fields {
  const found = new Map(Object.entries(mine));
  for (const { name, theirs: value, isConflict } of overtakenIn(base, mine, theirs)) {
    if (isConflict && !taken.has(name)) continue;
    if (value === undefined) found.delete(name);
    else found.set(name, value);
  }
  return Object.fromEntries(found);
}

/**
 * The JSON merge patch that makes one secret another (pure).  Source: RFC 7396.
 *
 * @returns null if there is none: a patch can't store null, for it removes by that.
 */
export function patchOf(before: Fields, after: Fields): Fields | null {
  const patch = new Map<string, Json>();
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) patch.set(name, null);
  for (const [name, value] of Object.entries(after)) {
    const was = valueIn(before, name);
    if (isSame(was, value)) continue;
    const change = isFields(value) ? patchOf(isFields(was) ? was : {}, value) : value;
    if (change === null) return null;
    patch.set(name, change);
  }
  return Object.fromEntries(patch);
}
