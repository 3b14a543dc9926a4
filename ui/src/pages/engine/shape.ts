import type { Capability, Need } from "../../api/capabilities";
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

/** A read of what can't be deleted may make something, such as a credential: that isn't done by opening a page. */
function roleOf({ get, post, delete: removed }: PathItem, variables: readonly string[]): Role {
  if (isListing(get)) return "collection";
  return get && (removed || (post && variables.length === 0)) ? "entry" : "action";
}

/** The places of an engine (pure): collections with their entries, then what stands alone. */
export function placesOf(described: readonly Described[]): Place[] {
  const places = described.map((each): Place => ({ ...each, role: roleOf(each.item, each.variables), entry: null }));
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

const ofStatic = (place: Place) => place.below.startsWith("static-");

/** What else there is of an entry, besides reading, changing and deleting it: actions and names with the same variable elsewhere (pure). */
export function actionsWith(places: readonly Place[], entry: Place): Place[] {
  const [last] = entry.variables.slice(-1);
  if (!last) return [];
  const isWith = ({ variables }: Place) => variables.length > 0 && variables.every((name) => entry.variables.includes(name)) && variables.includes(last);
  const found = places.filter((place) => place !== entry && place.role !== "entry" && isWith(place));
  // A user that exists and one that is made have names of their own, in the same variable.
  return found.filter((place) => place.below.startsWith("rotate-") || ofStatic(place) === ofStatic(entry));
}

/** The part of a path that says what it is about: the last one that isn't a variable (pure). */
export function subjectOf(below: string): string {
  return below.split("/").filter((part) => part !== "" && !part.startsWith("{")).at(-1) ?? below;
}

/** The same of what belongs to an entry: what it adds to the entry's own path (pure). */
export function subjectsWith(below: string, entry: string): string[] {
  if (!below.startsWith(`${entry}/`)) return [subjectOf(below)];
  return below.slice(entry.length + 1).split("/").filter((part) => part !== "" && !part.startsWith("{"));
}

/** The capabilities of which one suffices to do something at a place (pure). */
export function capabilitiesAt({ item, role }: Place): Capability[] {
  const found: Capability[] = [];
  if (item.get) found.push(role === "collection" ? "list" : "read");
  if (item.post) found.push("update", "create");
  if (item.patch) found.push("patch");
  if (item.delete) found.push("delete");
  return found;
}

/** What doing something at a place needs (pure). */
export function needsAt(place: Place, capability: Capability, path: string): Need[] {
  return place.item["x-vault-sudo"] ? [`${capability} ${path}`, `sudo ${path}`] : [`${capability} ${path}`];
}

/** What making a new entry needs (pure). */
export const creating = (place: Place, path: string): Need[] => needsAt(place, place.item["x-vault-createSupported"] ? "create" : "update", path);
