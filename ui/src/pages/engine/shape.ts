import type { Described, Operation, PathItem } from "../../api/openapi";

/** What a path of an engine is to a user. */
export type Role =
  | "collection" // names that can be listed
  | "entry" // one thing that is read, changed and deleted
  | "action"; // something that is done

/** A path of an engine, with what can be done there. */
export interface Place extends Described {
  role: Role;
  /** The place with one of the names of a collection. */
  entry: Place | null;
}

/** Whether an operation lists names. */
export function isListing(operation: Operation | undefined): boolean {
  return operation?.parameters?.some(({ name, required }) => name === "list" && required) ?? false;
}

function roleOf({ get, post, delete: removed }: PathItem): Role {
  if (isListing(get)) return "collection";
  return get && (post || removed) ? "entry" : "action";
}

/** The places of an engine (pure): collections with their entries, then what stands alone. */
export function placesOf(described: readonly Described[]): Place[] {
  const places = described.map((each): Place => ({ ...each, role: roleOf(each.item), entry: null }));
  const bare = (path: string) => path.replace(/\/$/, "");
  for (const place of places) {
    if (place.role !== "collection") continue;
    place.entry = places.find(({ below, variables }) => variables.length === place.variables.length + 1 && bare(below).startsWith(`${bare(place.below)}/{`) && bare(below).split("/").length === bare(place.below).split("/").length + 1) ?? null;
  }
  return places;
}

/** Places by the first part of their path, in their order (pure). */
export function grouped(places: readonly Place[]): [string, Place[]][] {
  const groups = new Map<string, Place[]>();
  for (const place of places) {
    const name = place.below.split("/")[0] ?? "";
    groups.set(name, [...(groups.get(name) ?? []), place]);
  }
  return [...groups];
}

/** What can be done with an entry besides reading, changing and deleting it: paths with the same variable elsewhere (pure). */
export function actionsWith(places: readonly Place[], entry: Place): Place[] {
  const [last] = entry.variables.slice(-1);
  if (!last) return [];
  return places.filter((place) => place !== entry && place.role === "action" && place.variables.length > 0 && place.variables.every((name) => entry.variables.includes(name)) && place.variables.includes(last));
}
