import type { Need } from "../../api/capabilities";
import { ApiError } from "../../api/errors";
import { useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { link, useParam } from "../../app/location";
import type { Question } from "../../components/Loaded";
import { t } from "../../texts";
import type { Mount } from "../secrets/Mounts";

/** A mount of the key/value engine, or what is used like one. */
export interface Store {
  /** With its slash. */
  mount: string;
  type: string;
  /** Whether each write makes a version. */
  versioned: boolean;
}

type Place = Pick<Store, "mount">;

/** The store that the page shows. */
export function useStore(): Question<Store> {
  const mount = useParam("mount");
  const path = `sys/internal/ui/mounts/${mount}`;
  const { data, error, refetch } = useRead<Mount & { path: string }>(path);
  if (data && !isStore(mount, data)) return { data: undefined, error: new ApiError("invalid", 0, [t("kv.no_store", { mount })], "GET", path), refetch };
  return { data: data && storeOf(mount, data), error, refetch };
}

/** Whether what an address names is a store (pure).  Nobody must be led to users or policies that look like secrets. */
export function isStore(mount: string, { type, path }: Pick<Mount, "type"> & { path: string }): boolean {
  return STORES.includes(kindOf(type)) && path.replace(/\/$/, "") === mount.replace(/\/$/, "");
}

/** A mount as a store (pure). */
export function storeOf(mount: string, { type, options }: Pick<Mount, "type" | "options">): Store {
  return { mount, type: kindOf(type), versioned: type === "kv" && options?.["version"] === "2" };
}

const STORES: readonly string[] = ["kv", "generic", "cubbyhole"];

/** What each namespace has of its own is called `ns_…` there. */
const kindOf = (type: string) => type.replace(/^ns_/, "");

/** Whether a search looks into a mount (pure). */
export const isSearched = ({ type }: Pick<Mount, "type">) => type === "kv" || type === "generic";

const below = (store: Store, part: string, path: string) => (store.versioned ? join(store.mount, part, path) : join(store.mount, path));

/** Where a secret's values are. */
export const dataPath = (store: Store, path: string) => below(store, "data", path);
/** Where a secret's metadata are. */
export const metadataPath = (store: Store, path: string) => below(store, "metadata", path);
/** Where the names of a secret's fields are, without their values. */
export const subkeysPath = (store: Store, path: string) => below(store, "subkeys", path);
/** Where the settings of the engine are. */
export const configPath = (store: Store) => join(store.mount, "config");

/** Where a folder is listed; with a slash at its end. */
export function folderPath(store: Store, folder: string): string {
  return store.versioned ? `${join(store.mount, "metadata/")}${folder}` : `${store.mount}${folder}`;
}

/** What each use of a secret needs. */
export function needs(store: Store, path: string) {
  return {
    read: `read ${dataPath(store, path)}`,
    subkeys: `read ${subkeysPath(store, path)}`,
    write: `update ${dataPath(store, path)}`,
    create: `create ${dataPath(store, path)}`,
    patch: `patch ${dataPath(store, path)}`,
    remove: `delete ${dataPath(store, path)}`,
    undelete: `update ${join(store.mount, "undelete", path)}`,
    removeVersions: `update ${join(store.mount, "delete", path)}`,
    destroy: `update ${join(store.mount, "destroy", path)}`,
    metadata: `read ${metadataPath(store, path)}`,
    changeMetadata: `update ${metadataPath(store, path)}`,
    patchMetadata: `patch ${metadataPath(store, path)}`,
    removeAll: `delete ${metadataPath(store, path)}`,
  } satisfies Record<string, Need>;
}

export const folderLink = (store: Place, folder = "", view = "") => link("/secrets/kv", { mount: store.mount, path: folder, view });
export const secretLink = (store: Place, path: string, more: Record<string, string | number> = {}) => link("/secrets/kv/secret", { mount: store.mount, path, ...more });
export const editLink = (store: Place, path = "", folder = "") => link("/secrets/kv/edit", { mount: store.mount, path, folder });
export const storeSettingsLink = (store: Place) => link("/secrets/kv/settings", { mount: store.mount });
export const searchLink = (shows: { text?: string; mount?: string; name?: string; value?: string } = {}) => link("/secrets/kv/search", shows);
