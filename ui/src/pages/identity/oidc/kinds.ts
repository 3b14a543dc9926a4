import { link } from "../../../app/location";

export const KINDS = ["provider", "client", "assignment", "scope", "key", "role"] as const;
export type Kind = (typeof KINDS)[number];

/** From where the choices of a field come. */
export type Source = "clients" | "scopes" | "assignments" | "keys" | "entities" | "groups";

/** Fields of which each value is one of a list. */
export const SEVERAL: Record<Kind, Record<string, Source>> = {
  provider: { allowed_client_ids: "clients", scopes_supported: "scopes" },
  client: { assignments: "assignments" },
  assignment: { entity_ids: "entities", group_ids: "groups" },
  scope: {},
  key: { allowed_client_ids: "clients" },
  role: {},
};

/** What can't be changed of what is there. */
export const FIXED: Partial<Record<Kind, readonly string[]>> = { client: ["key", "client_type"] };

/** What the server has made itself, and nobody may change or delete. */
export const BUILT_IN: Partial<Record<Kind, readonly string[]>> = { assignment: ["allow_all"], key: ["default"], provider: ["default"] };

export const itemPath = (kind: Kind, name: string) => `identity/oidc/${kind}/${name}`;
export const itemLink = (kind: Kind, name = "") => link("/provider/item", { kind, name });
export const kindLink = (kind: Kind) => link("/provider", { tab: kind === "provider" ? "" : kind });
