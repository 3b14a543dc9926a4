import { clean, type Call } from "./command";
import { Refused } from "./refused";

/** Where a secret is. */
export interface Place {
  /** With its slash. */
  mount: string;
  /** Below the mount. */
  path: string;
  versioned: boolean;
}

/** The API's path of a secret in a part of a mount that keeps versions, such as `data` (pure). */
export function under({ mount, path, versioned }: Place, part: string): string {
  if (!versioned) return path ? mount + path : mount.replace(/\/$/, "");
  return path ? `${mount}${part}/${path}` : `${mount}${part}`;
}

/** The place that the first argument and `-mount` name.  Asks the server which mount that is. */
export async function placeOf({ args, flags, api }: Call): Promise<Place> {
  const name = clean(args[0] ?? "");
  const named = clean(flags.text("mount"));
  const asked = named || name;
  if (!asked) throw new Refused("console.too_few", { usage: "kv" });
  const found = (await api.look("GET", `sys/internal/ui/mounts/${asked}`))?.data ?? {};
  const mount = typeof found["path"] === "string" ? found["path"] : `${asked}/`;
  const options = found["options"];
  const versioned = typeof options === "object" && options !== null && !Array.isArray(options) && options["version"] === "2";
  return { mount, path: named ? name : name.slice(mount.length), versioned };
}

/** A place of a mount that keeps versions.  Throws `Refused` for others. */
export async function versionedPlace(call: Call): Promise<Place> {
  const place = await placeOf(call);
  if (!place.versioned) throw new Refused("console.not_versioned", { mount: place.mount });
  return place;
}
