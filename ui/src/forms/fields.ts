import type { Json } from "../api/client";
import { valueAt } from "../api/value_at";
import type { Schema } from "../api/openapi";

/** How a property is asked for. */
export type Widget = "text" | "secret" | "long" | "switch" | "number" | "duration" | "lines" | "pairs" | "map" | "choice" | "json" | "any";

/** A property of a body, as a form shows it. */
export interface FormField {
  name: string;
  label: string;
  description: string;
  widget: Widget;
  /** Whether it is masked, and forgotten when it was sent. */
  sensitive: boolean;
  required: boolean;
  choices: readonly string[];
  /** What holds without a value, as text. */
  standard: string;
  group: string;
}

const LONG = /(^|_)(pem|certificate|cert|csr|key_pem|public_key|private_key|statements?|rules?|template|policy|document|bundle|json)(_|$)/;
const SECRET = /(^|_)(password|secret|secret_key|client_secret|bindpass|private_key|passphrase|token)$/;

/** The fields of a schema, those that are required first (pure).  One without a name can't be sent, and isn't asked for. */
export function fieldsOf(schema: Schema, leftOut: readonly string[] = []): FormField[] {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {})
    .filter(([name, property]) => name !== "" && !leftOut.includes(name) && !property.deprecated)
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
    sensitive: isSensitive(name, property),
    required,
    choices: (property.enum ?? []).map(String),
    standard: standardOf(property.default),
    group: shown.group ?? "",
  };
}

function standardOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return Array.isArray(value) ? value.map(String).join("\n") : String(value);
}

const INITIALS: Record<string, string> = Object.fromEntries(
  "TTL URL URLs ID IDs OID OIDs QR UPN CA CRL OU URI URIs IP DN JWT OIDC TLS SSH API SHA256 MFA PEM ACL KV CIDR CIDRs DNS SANs ARN ARNs IAM STS EC2 ACME HMAC JWKS OCSP AIA EAB CSR CN PSS AWS S3 KMS".split(" ").map((word) => [word.toLowerCase(), word]),
);

/** `max_lease_ttl` as words: `Max lease TTL` (pure). */
export function labelOf(name: string): string {
  const text = name.split("_").map((word) => valueAt(INITIALS, word) ?? word).join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isSensitive(name: string, property: Schema): boolean {
  return property["x-vault-displayAttrs"]?.sensitive === true || property.format === "password" || (property.type === "string" && SECRET.test(name));
}

function widgetOf(name: string, property: Schema): Widget {
  if (property.enum) return "choice";
  if (property.format === "duration" || property.format === "seconds") return "duration";
  switch (property.type) {
    case "boolean":
      return "switch";
    case "integer":
    case "number":
      return "number";
    case "array":
      return "lines";
    case "object":
      return property.format === "kvpairs" ? "pairs" : property.format === "map" ? "map" : "json";
    case "string":
      return LONG.test(name) ? "long" : isSensitive(name, property) ? "secret" : "text";
    default:
      return LONG.test(name) ? "long" : isSensitive(name, property) ? "secret" : "any";
  }
}

/** The fields of a form in its parts: what is shown at once, what is opened, and groups by their names (pure). */
export function sectionsOf(fields: readonly FormField[], first: number): { first: FormField[]; rest: FormField[]; groups: [string, FormField[]][] } {
  const own = fields.filter(({ group }) => group === "");
  // A part with one or two fields in it would hide more than it tidies.
  const most = own.length <= first + 2 ? own.length : first;
  const shown = own.filter(({ required }, index) => required || index < most);
  const names = [...new Set(fields.map(({ group }) => group).filter(Boolean))];
  return {
    first: shown,
    rest: own.filter((field) => !shown.includes(field)),
    groups: names.map((name) => [name, fields.filter(({ group }) => group === name)]),
  };
}

/** A value of the API as the text of a field (pure). */
export function textOf(field: FormField, value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (field.widget === "duration" && typeof value === "number") return durationText(value);
  if (field.widget === "lines" && Array.isArray(value)) return value.map(String).join("\n");
  if (isOfPairs(field) && isMap(value))
    return Object.entries(value)
      .map(([key, each]) => `${key}=${inPair(each)}`)
      .join("\n");
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

const isOfPairs = ({ widget }: FormField) => widget === "pairs" || widget === "map";
const isMap = (value: Json | undefined): value is { [name: string]: Json } => typeof value === "object" && value !== null && !Array.isArray(value);
const inPair = (value: Json) => (typeof value === "string" ? value : JSON.stringify(value));

/** The texts of a form's fields for what holds now (pure). */
export function textsOf(fields: readonly FormField[], now: Readonly<Record<string, Json>>): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field.name, textOf(field, valueAt(now, field.name))]));
}

const isNothing = (value: Json | undefined) => value === undefined || value === null || value === "" || value === 0 || value === false || (typeof value === "object" && Object.keys(value).length === 0);

/**
 * What has to be sent beside changes, so that a server which replaces all by what it is sent keeps the rest (pure).
 *
 * What is hidden can't be sent again, and stays by itself.  Emptiness is sent only where it isn't the default.
 */
export function keptBy(schema: Schema, now: Readonly<Record<string, Json>>): Record<string, Json> {
  const known = Object.entries(schema.properties ?? {}).filter(([name, property]) => Object.hasOwn(now, name) && !property.deprecated && !isSensitive(name, property));
  const kept = known.map(([name, property]): [string, Json, Schema] => [name, now[name] ?? null, property]);
  return Object.fromEntries(kept.filter(([, value, property]) => value !== null && (!isNothing(value) || (property.default !== undefined && property.default !== value))).map(([name, value]) => [name, value]));
}

const UNITS = [
  ["h", 3600],
  ["m", 60],
  ["s", 1],
] as const;

/** Seconds as durations are typed: `768h`, `1h30m` (pure). */
export function durationText(seconds: number): string {
  if (!Number.isInteger(seconds) || seconds <= 0) return `${seconds}s`;
  let left = seconds;
  let text = "";
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text;
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
 * @param now what holds now: a claim that is `true` stays so, and doesn't become a text by a change beside it.
 * @throws FieldFault
 */
export function bodyFrom(fields: readonly FormField[], texts: Record<string, string>, now: Readonly<Record<string, Json>> = {}): Record<string, Json> {
  const body = new Map<string, Json>(); // a plugin may call a field as it likes, `__proto__` too
  const before = textsOf(fields, now);
  const isChange = Object.values(before).some((text) => text !== "");
  for (const field of fields) {
    const text = valueAt(texts, field.name) ?? "";
    if (isChange && field.sensitive && text === "") continue; // it isn't shown, and stays as it is
    if (text === "" && field.required) throw new FieldFault(field.name, "required");
    if (text === (valueAt(before, field.name) ?? "") && !field.required) continue;
    body.set(field.name, valueOf(field, text, valueAt(now, field.name)));
  }
  return Object.fromEntries(body);
}

function valueOf(field: FormField, text: string, now: Json | undefined): Json {
  switch (field.widget) {
    case "switch":
      return text === "true";
    case "number":
      if (text === "") return null;
      if (!/^-?\d+(\.\d+)?$/.test(text)) throw new FieldFault(field.name, "number");
      return Number(text);
    case "lines":
      return itemsOf(text);
    case "pairs":
      return Object.fromEntries(pairsOf(field.name, text));
    case "map":
      return Object.fromEntries(pairsOf(field.name, text).map(([key, each]) => [key, mappedOf(each, isMap(now) && Object.hasOwn(now, key) ? now[key] : undefined)]));
    case "json":
      try {
        return text === "" ? null : (JSON.parse(text) as Json);
      } catch {
        throw new FieldFault(field.name, "json");
      }
    case "any":
      return anyOf(text);
    default:
      return text;
  }
}

/** What each line has; keys and certificates in PEM are of several lines each. */
function itemsOf(text: string): string[] {
  const items: string[] = [];
  let block: string[] | null = null;
  for (const line of text.split("\n").map((each) => each.trim()).filter(Boolean)) {
    if (block === null && line.startsWith("-----BEGIN ")) block = [];
    if (block === null) {
      items.push(line);
      continue;
    }
    block.push(line);
    if (!line.startsWith("-----END ")) continue;
    items.push(`${block.join("\n")}\n`);
    block = null;
  }
  return block === null ? items : [...items, ...block];
}

/** The first line of a list that may be meant as several values, as command lines take them: names with commas between them (pure). */
export function lineOfSeveral(text: string): string | null {
  const several = (line: string) => line.includes(",") && line.split(",").every((part) => /^\s*[\w.:@/*+-]+\s*$/.test(part));
  return text.split("\n").find(several)?.trim() ?? null;
}

/** A value whose type isn't described: JSON where it is any, otherwise the text. */
function anyOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function pairsOf(name: string, text: string): [string, string][] {
  const pairs = new Map<string, string>();
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const at = line.indexOf("=");
    if (at < 1) throw new FieldFault(name, "pair");
    pairs.set(line.slice(0, at).trim(), line.slice(at + 1));
  }
  return [...pairs];
}

/** A value of a map whose values are of any type: what it is now, where that says the same, and otherwise of the same type. */
function mappedOf(text: string, now: Json | undefined): Json {
  if (now !== undefined && inPair(now) === text) return now;
  const isTyped = typeof now === "boolean" || typeof now === "number";
  // Elsewhere only what can be no text that is meant as such: a list of lengths, a map in a map.
  return isTyped || /^\s*[[{]/.test(text) ? anyOf(text) : text;
}
