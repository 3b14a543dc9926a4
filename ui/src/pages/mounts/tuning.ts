import type { Schema } from "../../api/openapi";
import type { Table } from "./table";

const FIRST = ["description", "default_lease_ttl", "max_lease_ttl"];
const OF_LOGINS = ["token_type", "identity_creation", "on_policy_change", "user_lockout_config", "self_service_password", "listing_visibility"];
/** Of no effect, or of a Vault with more than one version of a plugin. */
const VOID = ["plugin_version", "allowed_managed_keys"];
/** Times that the API tells in seconds, and takes as text. */
const TIMES = ["default_lease_ttl", "max_lease_ttl"];

/** The form for the settings of a mount: what is about it alone, the usual first (pure). */
export function tuning(schema: Schema, table: Table, type: string): { schema: Schema; order: string[]; leftOut: string[] } {
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]): [string, Schema] => [name, TIMES.includes(name) ? { ...property, format: "duration" } : property]);
  return {
    schema: { ...schema, properties: Object.fromEntries(properties) },
    order: table === "auth" ? [...FIRST, "listing_visibility", "token_type", "user_lockout_config"] : FIRST,
    leftOut: [...VOID, ...(table === "auth" ? [] : OF_LOGINS), ...(table === "auth" && type !== "userpass" ? ["self_service_password"] : [])],
  };
}
