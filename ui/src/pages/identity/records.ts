import type { Fields } from "../../api/client";

/** An alias: the name of an entity or a group at an auth method. */
export interface Alias {
  id: string;
  name: string;
  mount_accessor: string;
  mount_path: string;
  mount_type: string;
  metadata: Record<string, string> | null;
  custom_metadata?: Record<string, string> | null;
  creation_time: string;
  last_update_time: string;
}

/** What `identity/entity/id/ID` answers. */
export interface Entity {
  id: string;
  name: string;
  disabled: boolean;
  policies: string[] | null;
  metadata: Record<string, string> | null;
  aliases: Alias[] | null;
  direct_group_ids: string[] | null;
  inherited_group_ids: string[] | null;
  creation_time: string;
  last_update_time: string;
  last_login_time?: string;
}

/** What `identity/group/id/ID` answers. */
export interface Group {
  id: string;
  name: string;
  type: "internal" | "external";
  policies: string[] | null;
  metadata: Record<string, string> | null;
  member_entity_ids: string[] | null;
  member_group_ids: string[] | null;
  parent_group_ids: string[] | null;
  alias: Partial<Alias>;
  membership_ttl?: number;
  creation_time: string;
  last_update_time: string;
}

export const entityPath = (id: string, name = "") => (id ? `identity/entity/id/${id}` : `identity/entity/name/${name}`);
export const groupPath = (id: string, name = "") => (id ? `identity/group/id/${id}` : `identity/group/name/${name}`);

/** Rows of names and texts as an object; rows without a name are none (pure). */
export function metadataOf(rows: readonly [string, string][]): Record<string, string> {
  return Object.fromEntries(rows.filter(([name]) => name !== ""));
}

/**
 * What of a record is different from what holds now (pure); all of a new one.
 *
 * Whose policy allows him some fields alone could change none, if the others were sent too.
 */
export function changed(body: Fields, now: object | null): Fields {
  const held = new Map(Object.entries(now ?? {}));
  const isSame = (name: string, value: unknown) => JSON.stringify(value) === JSON.stringify(held.get(name) ?? (Array.isArray(value) ? [] : {}));
  return Object.fromEntries(Object.entries(body).filter(([name, value]) => now === null || !isSame(name, value)));
}
