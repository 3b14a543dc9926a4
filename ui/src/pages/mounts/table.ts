import type { Need } from "../../api/capabilities";
import { link } from "../../app/location";

/** Secrets engines or auth methods: two tables of mounts with the same ways to change them. */
export type Table = "secret" | "auth";

/** Where the API changes a mount.  `path` is without `auth/`, with or without its slash. */
export const mountPath = (table: Table, path: string) => `sys/${table === "auth" ? "auth" : "mounts"}/${path.replace(/\/$/, "")}`;

export const mayEnable = (table: Table): Need => (table === "auth" ? "update sys/auth/new" : "update sys/mounts/new");

/** Where requests for a mount begin, with its slash. */
export const prefixOf = (table: Table, path: string) => (table === "auth" ? `auth/${path}` : path);

export const listLink = (table: Table) => (table === "auth" ? "/auth" : "/secrets");
export const enableLink = (table: Table) => link("/mounts/enable", { table });
export const settingsLink = (table: Table, path: string) => link("/mounts/settings", { table, path });

/** The table that a mount is in, and its path there, of the path at which it is reached. */
export function partsOfMount(mount: string): { table: Table; path: string } {
  return mount.startsWith("auth/") ? { table: "auth", path: mount.slice("auth/".length) } : { table: "secret", path: mount };
}
