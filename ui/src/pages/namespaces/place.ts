import { join } from "../../api/paths";
import { link } from "../../app/location";

/** What `sys/namespaces/NAME` answers. */
export interface Namespace {
  /** From the root, with a slash at its end. */
  path: string;
  id: string;
  uuid: string;
  locked: boolean;
  /** Whether it is deleted, and is still being cleared. */
  tainted: boolean;
  custom_metadata: Record<string, string> | null;
}

/** Where a namespace is administered from the namespace that pages work in. */
export interface Place {
  /** Without slashes at its ends. */
  path: string;
  name: string;
  /** The namespace above it, from the one that pages work in; empty for that one itself. */
  within: string;
}

const bare = (path: string) => path.replace(/^\/+|\/+$/g, "");

/**
 * Where a namespace is administered (pure).
 *
 * @param here the namespace that pages work in.
 * @returns null for one that isn't below it: nothing reaches up or aside.
 */
export function placeOf(here: string, path: string): Place | null {
  const [above, whole] = [bare(here), bare(path)];
  if (whole === "" || (above !== "" && !whole.startsWith(`${above}/`))) return null;
  const relative = above === "" ? whole : whole.slice(above.length + 1);
  const slash = relative.lastIndexOf("/");
  return { path: whole, name: relative.slice(slash + 1), within: slash < 0 ? "" : relative.slice(0, slash) };
}

/** Its path in the API, with what follows. */
export const apiPath = ({ within, name }: Place, ...more: string[]) => join(within, "sys/namespaces", name, ...more);

/** The path that locks and unlocks it. */
export const lockPath = ({ within, name }: Place, what: "lock" | "unlock") => join(within, "sys/namespaces/api-lock", what, name);

/** The namespace above, from the root. */
export const aboveOf = (path: string) => (bare(path).includes("/") ? bare(path).slice(0, bare(path).lastIndexOf("/")) : "");

/** How deep it is below another (pure). */
export const depthOf = (path: string, here: string) => bare(path).split("/").length - (bare(here) ? bare(here).split("/").length : 0) - 1;

export const namespaceLink = (path: string, tab = "") => link("/namespaces/namespace", { path: bare(path), tab });
export const createLink = (within: string) => link("/namespaces/create", { in: bare(within) });

/** Why the server would refuse a name, as a key of the texts; null if it's fine (pure). */
export function nameFault(name: string): "reserved" | "letters" | null {
  if (["root", "sys", "audit", "auth", "cubbyhole", "identity"].includes(name.toLowerCase())) return "reserved";
  return /[\s/*+?#%\\\p{C}]/u.test(name) || name === "." || name === ".." ? "letters" : null;
}
