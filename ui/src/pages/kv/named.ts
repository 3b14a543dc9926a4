import { join } from "../../api/paths";
import { reachable, type Reach } from "../../api/reach";
import { folderPath, type Store } from "./store";

/** What the user's policies name in a folder that they don't let him list: paths below it, folders with their slash (pure). */
export function namedIn(reach: Reach, store: Store, folder: string): string[] {
  const values = store.versioned ? `${join(store.mount, "data/")}${folder}` : `${store.mount}${folder}`;
  const folders = reachable(reach, "list", folderPath(store, folder)).map((name) => name.replace(/\*$/, "")).filter((name) => name.endsWith("/"));
  const secrets = reachable(reach, "read", values).filter((name) => !/[*/]$/.test(name));
  return [...new Set([...folders, ...secrets])].sort();
}
