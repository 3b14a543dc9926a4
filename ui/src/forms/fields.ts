import type { Json } from "../api/client";
import type { Schema } from "../api/openapi";

/** How a property is asked for. */
export type Widget = "text" | "secret" | "long" | "switch" | "number" | "duration" | "lines" | "pairs" | "choice" | "json";

/** A property of a body, as a form shows it. */
export interface FormField {
  name: string;
  label: string;
  description: string;
  widget: Widget;
  required: boolean;
  choices: readonly string[];
  /** What holds without a value, as text. */
  standard: string;
  group: string;
}

const LONG = /(^|_)(pem|certificate|cert|csr|key_pem|public_key|private_key|statements?|rules?|template|policy|document|bundle|json)(_|$)/;
const SECRET = /(^|_)(password|secret|secret_key|client_secret|bindpass|private_key|passphrase|token)$/;

/** The fields of a schema, those that are required first (pure). */
export function fieldsOf(schema: Schema, leftOut: readonly string[] = []): FormField[] {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {})
    .filter(([name]) => !leftOut.includes(name))
    .map(([name, property]) => fieldOf(name, property, required.has(name)));
  return fields.sort((a, b) => Number(b.required) - Number(a.required));
}

function fieldOf(name: string, property: Schema, required: boolean): FormField {
  const shown = property["x-vault-displayAttrs"] ?? {};
  return {
    name,
    label: shown.name ?? labelOf(name),
    description: property.description ?? "",
    widget: widgetOf(name, property),
    required,
    choices: (property.enum ?? []).map(String),
    standard: property.default === undefined || property.default === null ? "" : String(property.default),
    group: shown.group ?? "",
  };
}

/** `max_lease_ttl` as words: `Max lease TTL` (pure). */
export function labelOf(name: string): string {
  const words = name.split("_").map((word) => (/^(ttl|url|id|ca|crl|ou|uri|uris|ip|dn|jwt|oidc|tls|ssh|api|sha256|mfa|pem|acl|kv|cidr|cidrs|dns|sans|arn|iam|sts)$/.test(word) ? word.toUpperCase() : word));
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function widgetOf(name: string, property: Schema): Widget {
  if (property.enum) return "choice";
  if (property.format === "duration" || property.format === "seconds") return "duration";
  if (property["x-vault-displayAttrs"]?.sensitive || property.format === "password" || SECRET.test(name)) return LONG.test(name) && name !== "private_key" ? "long" : "secret";
  switch (property.type) {
    case "boolean":
      return "switch";
    case "integer":
    case "number":
      return "number";
    case "array":
      return "lines";
    case "object":
      return property.format === "kvpairs" || property.format === "map" ? "pairs" : "json";
    case "string":
      return LONG.test(name) ? "long" : "text";
    default:
      return "json";
  }
}

/** A value of the API as the text of a field (pure). */
export function textOf(field: FormField, value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (field.widget === "lines" && Array.isArray(value)) return value.map(String).join("\n");
  if (field.widget === "pairs" && typeof value === "object" && !Array.isArray(value))
    return Object.entries(value)
      .map(([key, each]) => `${key}=${typeof each === "string" ? each : JSON.stringify(each)}`)
      .join("\n");
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

/** A field whose text can't be sent. */
export class FieldFault extends Error {
  constructor(
    readonly field: string,
    readonly fault: "number" | "json" | "pair" | "required",
  ) {
    super(`${field}: ${fault}`);
  }
}

/**
 * The body that a form's texts make (pure).
 *
 * A field without text is left out, unless the user has emptied it: then the server is told that it is empty.
 *
 * @throws FieldFault
 */
export function bodyFrom(fields: readonly FormField[], texts: Record<string, string>, before: Record<string, string> = {}): Record<string, Json> {
  const body: Record<string, Json> = {};
  for (const field of fields) {
    const text = texts[field.name] ?? "";
    if (text === (before[field.name] ?? "") && !field.required) continue;
    if (text === "" && field.required) throw new FieldFault(field.name, "required");
    body[field.name] = valueOf(field, text);
  }
  return body;
}

function valueOf(field: FormField, text: string): Json {
  switch (field.widget) {
    case "switch":
      return text === "true";
    case "number":
      if (text === "") return null;
      if (!/^-?\d+(\.\d+)?$/.test(text)) throw new FieldFault(field.name, "number");
      return Number(text);
    case "lines":
      return text.split("\n").map((line) => line.trim()).filter(Boolean);
    case "pairs":
      return pairsOf(field.name, text);
    case "json":
      try {
        return text === "" ? null : (JSON.parse(text) as Json);
      } catch {
        throw new FieldFault(field.name, "json");
      }
    default:
      return text;
  }
}

function pairsOf(name: string, text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const at = line.indexOf("=");
    if (at < 1) throw new FieldFault(name, "pair");
    pairs[line.slice(0, at).trim()] = line.slice(at + 1);
  }
  return pairs;
}
