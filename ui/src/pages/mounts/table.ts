import type { Need } from "../../api/capabilities";
import { link } from "../../app/location";

/** Secrets engines or auth methods: two tables of mounts with the same ways to change them. */
export type Table = "secret" | "auth";

/** Where the API changes a mount.  `path` is without `auth/`, with or without its slash. */
export const mountPath = (table: Table, path: string) => `sys/${table === "auth" ? "auth" : "mounts"}/${path.replace(/\/$/, "")}`;

/** Where the API tunes a mount: for auth methods by the path that needs no `sudo`. */
export const tunePath = (table: Table, path: string) => `sys/mounts/${prefixOf(table, path).replace(/\/$/, "")}/tune`;

/** What enabling and disabling need: of auth methods `sudo`, too. */
export function mountNeeds(capability: "update" | "delete", table: Table, path = "new"): Need[] {
  const place = mountPath(table, path);
  return table === "auth" ? [`${capability} ${place}`, `sudo ${place}`] : [`${capability} ${place}`];
}

/** Where requests for a mount begin, with its slash. */
export const prefixOf = (table: Table, path: string) => (table === "auth" ? `auth/${path}` : path);

export const listLink = (table: Table) => (table === "auth" ? "/auth" : "/secrets");
export const enableLink = (table: Table) => link("/mounts/enable", { table });
export const settingsLink = (table: Table, path: string) => link("/mounts/settings", { table, path });

/** The table that a mount is in, and its path there, of the path at which it is reached. */
export function partsOfMount(mount: string): { table: Table; path: string } {
  return mount.startsWith("auth/") ? { table: "auth", path: mount.slice("auth/".length) } : { table: "secret", path: mount };
}
