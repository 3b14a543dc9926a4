import type { Schema } from "../../api/openapi";
import { textOr } from "../../texts";

/** The kinds of databases that ask for the same. */
export type Family = "postgresql" | "mysql" | "redis" | "influxdb" | "other";

/** The family of a plugin, by its name in the catalogue (pure). */
export function familyOf(plugin: string): Family {
  if (plugin.startsWith("postgresql")) return "postgresql";
  if (plugin.startsWith("mysql")) return "mysql";
  if (plugin.startsWith("redis") || plugin.startsWith("valkey")) return "redis";
  return plugin.startsWith("influxdb") ? "influxdb" : "other";
}

/** What a family needs beside what all connections have, the usual first. */
const ADDRESS: Record<Family, readonly string[]> = {
  postgresql: ["connection_url"],
  mysql: ["connection_url"],
  redis: ["host", "port"],
  influxdb: ["host", "port"],
  other: ["connection_url"],
};
const MORE: Record<Family, readonly string[]> = {
  postgresql: ["tls_ca", "tls_certificate", "private_key", "password_authentication", "reassign_to", "databases", "serialize"],
  mysql: ["tls_ca", "tls_certificate_key", "tls_server_name", "tls_skip_verify"],
  redis: ["tls", "ca_cert", "insecure_tls", "persistence_mode", "nodes"],
  influxdb: ["tls", "insecure_tls", "tls_min_version", "connect_timeout", "pem_bundle"],
  other: ["private_key", "tls_certificate_key", "pem_bundle", "pem_json", "service_account_json"],
};
/** Of the pool, and of no effect where there is none. */
const POOL = ["max_open_connections", "max_idle_connections", "max_connection_lifetime"];
const SQL: readonly Family[] = ["postgresql", "mysql"];

const text: Schema = { type: "string" };
const secret: Schema = { type: "string", "x-vault-displayAttrs": { sensitive: true } };
const flag: Schema = { type: "boolean" };

/** Fields of drivers, which the engine's own description doesn't have. */
const OF_DRIVERS: Record<string, Schema> = {
  connection_url: text,
  host: text,
  port: { type: "integer" },
  tls: flag,
  tls_ca: { type: "string" },
  ca_cert: { type: "string" },
  tls_certificate: { type: "string" },
  private_key: secret,
  tls_certificate_key: secret,
  pem_bundle: secret,
  pem_json: secret,
  service_account_json: secret,
  tls_server_name: text,
  tls_skip_verify: flag,
  insecure_tls: flag,
  tls_min_version: { type: "string", enum: ["tls10", "tls11", "tls12", "tls13"] },
  connect_timeout: { type: "string", format: "duration" },
  persistence_mode: { type: "string", enum: ["none", "rewrite", "aclfile"] },
  password_authentication: { type: "string", enum: ["password", "scram-sha-256"] },
  serialize: { type: "string", enum: ["database"] },
  databases: { type: "array", items: text },
  nodes: { type: "array", items: text },
  reassign_to: text,
  max_open_connections: { type: "integer" },
  max_idle_connections: { type: "integer" },
  max_connection_lifetime: { type: "string", format: "duration" },
};

/** Of the engine's own fields, those that are asked for elsewhere, or are without effect. */
const LEFT_OUT = ["plugin_name", "plugin_version", "disable_escaping", "verify_connection"];

/** The form of a connection: what its kind of database needs, the usual first (pure). */
export function connectionForm(engine: Schema, family: Family): { schema: Schema; order: string[] } {
  const own = Object.entries(engine.properties ?? {}).filter(([name]) => !(name in OF_DRIVERS) && !LEFT_OUT.includes(name));
  const address = ADDRESS[family];
  const ofDriver = [...address, ...MORE[family], ...(SQL.includes(family) ? POOL : [])];
  const properties = Object.fromEntries([...ofDriver.map((name): [string, Schema] => [name, described(name, engine)]), ...own]);
  const users: Record<string, Schema> = { username: { ...properties["username"], ...text }, allowed_roles: { ...properties["allowed_roles"], description: textOr("database.about_allowed_roles", "") } };
  return {
    schema: { type: "object", properties: { ...properties, ...users }, required: address.filter((name) => name !== "port") },
    order: [...address, "username", "password", "allowed_roles"],
  };
}

function described(name: string, engine: Schema): Schema {
  const description = textOr(`database.about_${name}`, engine.properties?.[name]?.description ?? "");
  return { ...OF_DRIVERS[name], description };
}

/** The usual beginning of an address (pure). */
export const EXAMPLE_URLS: Record<Family, string> = {
  postgresql: "postgresql://{{username}}:{{password}}@db.example.com:5432/postgres",
  mysql: "{{username}}:{{password}}@tcp(db.example.com:3306)/",
  redis: "",
  influxdb: "",
  other: "",
};

/** Statements that make a user who may read, to begin with (pure). */
export const EXAMPLE_STATEMENTS: Record<Family, string> = {
  postgresql: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';\nGRANT pg_read_all_data TO "{{name}}";`,
  mysql: `CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}';\nGRANT SELECT ON *.* TO '{{name}}'@'%';`,
  redis: '["~*", "+@read"]',
  influxdb: `CREATE USER "{{username}}" WITH PASSWORD '{{password}}';\nGRANT READ ON "db" TO "{{username}}";`,
  other: "",
};
