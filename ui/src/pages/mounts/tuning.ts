import type { Fields } from "../../api/client";
import type { Schema } from "../../api/openapi";
import { durationText } from "../../forms/fields";
import { t } from "../../texts";
import type { Table } from "./table";

const FIRST = ["description", "default_lease_ttl", "max_lease_ttl"];
const OF_LOGINS = ["token_type", "identity_creation", "on_policy_change", "user_lockout_config", "self_service_password", "listing_visibility"];
/** Of no effect, or of a Vault with more than one version of a plugin. */
const VOID = ["plugin_version", "allowed_managed_keys"];
/** Times that the API tells in seconds, and takes as text. */
const TIMES: readonly string[] = ["default_lease_ttl", "max_lease_ttl"];

/** The form for the settings of a mount: what is about it alone, the usual first.  `found` is what holds for it. */
export function tuning(schema: Schema, table: Table, type: string, found: Fields = {}, own: Fields = {}): { schema: Schema; order: string[]; leftOut: string[] } {
  const time = (name: string, property: Schema): Schema => {
    const holds = found[name];
    const isServers = own[name] === 0 && typeof holds === "number";
    const hint = isServers ? t("mounts.time_of_server", { time: durationText(holds) }) : t("mounts.time_own");
    return { ...property, format: "duration", description: `${t(name === "max_lease_ttl" ? "mounts.tune_most" : "mounts.tune_usual")} ${hint}`, ...(isServers && { default: durationText(holds) }) };
  };
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]): [string, Schema] => [name, TIMES.includes(name) ? time(name, property) : property]);
  return {
    schema: { ...schema, properties: Object.fromEntries(properties) },
    order: table === "auth" ? [...FIRST, "listing_visibility", "token_type", "user_lockout_config"] : FIRST,
    leftOut: [...VOID, ...(table === "auth" ? [] : OF_LOGINS), ...(table === "auth" && type !== "userpass" ? ["self_service_password"] : [])],
  };
}

/**
 * The settings that are a mount's own (pure).
 *
 * Of times, the API tells what holds: without a time of the mount's own, the server's, which would change with the server's.
 */
export const ownOf = (found: Fields, own: Fields): Fields => Object.fromEntries(Object.entries(found).filter(([name]) => !TIMES.includes(name) || own[name] !== 0));

/** What is sent: a time that was emptied is the server's again, which the API calls `system`, for it passes over an empty one (pure). */
export const tuned = (body: Fields): Fields => Object.fromEntries(Object.entries(body).map(([name, value]) => [name, TIMES.includes(name) && value === "" ? "system" : value]));
