import { useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import type { Need } from "../../api/capabilities";
import { link, useParam } from "../../app/location";
import type { Question } from "../../components/Loaded";
import type { Mount } from "../secrets/Mounts";

/** A mount of the key/value engine, or what is used like one. */
export interface Store {
  /** With its slash. */
  mount: string;
  type: string;
  /** Whether each write makes a version. */
  versioned: boolean;
}

/** The store that the page shows. */
export function useStore(): Question<Store> {
  const mount = useParam("mount");
  const { data, error, refetch } = useRead<Mount>(`sys/internal/ui/mounts/${mount}`);
  return { data: data && { mount, type: data.type, versioned: data.options?.["version"] === "2" }, error, refetch };
}

const below = (store: Store, part: string, path: string) => (store.versioned ? join(store.mount, part, path) : join(store.mount, path));

/** Where a secret's values are. */
export const dataPath = (store: Store, path: string) => below(store, "data", path);
/** Where a folder is listed, and a secret's metadata are. */
export const metadataPath = (store: Store, path: string) => below(store, "metadata", path) || store.mount;

/** Where a folder is listed; with a slash at its end. */
export function folderPath(store: Store, folder: string): string {
  return store.versioned ? `${join(store.mount, "metadata/")}${folder}` : `${store.mount}${folder}`;
}

/** What a change of a secret needs. */
export function needs(store: Store, path: string) {
  return {
    read: `read ${dataPath(store, path)}` as Need,
    write: `update ${dataPath(store, path)}` as Need,
    create: `create ${dataPath(store, path)}` as Need,
    patch: `patch ${dataPath(store, path)}` as Need,
    remove: `delete ${dataPath(store, path)}` as Need,
    undelete: `update ${join(store.mount, "undelete", path)}` as Need,
    removeVersions: `update ${join(store.mount, "delete", path)}` as Need,
    destroy: `update ${join(store.mount, "destroy", path)}` as Need,
    metadata: `read ${metadataPath(store, path)}` as Need,
    changeMetadata: `update ${metadataPath(store, path)}` as Need,
    removeAll: `delete ${metadataPath(store, path)}` as Need,
  };
}

export const folderLink = (store: Pick<Store, "mount">, folder = "") => link("/secrets/kv", { mount: store.mount, path: folder });
export const secretLink = (store: Pick<Store, "mount">, path: string, more: Record<string, string | number> = {}) => link("/secrets/kv/secret", { mount: store.mount, path, ...more });
export const editLink = (store: Pick<Store, "mount">, path = "", folder = "") => link("/secrets/kv/edit", { mount: store.mount, path, folder });
