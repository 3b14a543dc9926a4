import { type Fields, type Json, named } from "../../api/client";
import { isFields } from "../../api/json";
import { encodePath } from "../../api/paths";
import { pathWord, quoted } from "../console/words";
import type { Request } from "./operations";

/** In which words a request is copied. */
export type Language = "curl" | "hvac" | "cli";

/** A request in the words of a program (pure).  The token is never in it: programs take it from `VAULT_TOKEN`. */
export function copyOf(language: Language, request: Request, namespace: string): string {
  switch (language) {
    case "curl":
      return curl(request, namespace);
    case "hvac":
      return hvac(request, namespace);
    case "cli":
      return cli(request, namespace);
  }
}

/** A path as a URL has it, without what a shell reads between double quotes. */
function safe(path: string): string {
  return encodePath(path).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What a header says of the namespace, and the path: one that a header can't hold is at the beginning of the path. */
function placed(path: string, namespace: string): [header: string, path: string] {
  const [header] = named(namespace);
  return [header, safe(header || !namespace ? path : `${namespace}/${path}`)];
}

function queryOf(query: Record<string, string>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${safe(name).replaceAll("/", "%2F")}=${safe(value).replaceAll("/", "%2F")}`);
  return pairs.length ? `?${pairs.join("&")}` : "";
}

const inQuotes = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function curl({ method, path, query, body }: Request, namespace: string): string {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const [header, at] = placed(path, namespace);
  const parts = [
    "curl",
    ...(method === "GET" ? [] : [`-X ${method}`]),
    '-H "X-Vault-Token: $VAULT_TOKEN"',
    ...(header ? [`-H ${inQuotes(`X-Vault-Namespace: ${header}`)}`] : []),
    ...(body ? [`-H 'Content-Type: ${type}'`, `-d ${inQuotes(JSON.stringify(body))}`] : []),
    `"$VAULT_ADDR/v1/${at}${queryOf(query)}"`,
  ];
  return parts.join(" \\\n  ");
}

/** A value as Python writes it (pure). */
export function python(value: Json): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (isFields(value)) return `{${Object.entries(value).map(([name, each]) => `${python(name)}: ${python(each)}`).join(", ")}}`;
  // Each escape that JSON has, Python has too.
  return JSON.stringify(value);
}

function hvac({ method, path, query, body, isList }: Request, namespace: string): string {
  const [header, placedAt] = placed(path, namespace);
  const within = header ? `, namespace=${python(header)}` : "";
  const { list: _, ...rest } = query;
  const at = python(placedAt);
  const calls: Record<string, string> = {
    GET: isList ? `client.list(${at})` : `client.read(${at})`,
    POST: `client.write_data(${at}, data=${python(body)})`,
    DELETE: `client.delete(${at})`,
  };
  const isPlain = Object.keys(rest).length === 0 && Object.hasOwn(calls, method);
  const headers = method === "PATCH" ? ', headers={"Content-Type": "application/merge-patch+json"}' : "";
  const more = `${Object.keys(query).length ? `, params=${python(query)}` : ""}${body ? `, json=${python(body)}` : ""}${headers}`;
  const call = isPlain ? calls[method] : `client.adapter.request(${python(method.toLowerCase())}, ${python(`/v1/${placedAt}`)}${more})`;
  return `import os\n\nimport hvac\n\nclient = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"]${within})\nprint(${call})`;
}

/** Whether a value can be a word of a command line as it is: text that isn't read as a file or as standard input. */
const isWord = (value: Json): value is string => typeof value === "string" && value !== "-";
const wordOf = (name: string, value: string) => quoted(`${name}=${value.startsWith("@") || value.startsWith("\\@") ? `\\${value}` : value}`);

function cli({ method, path, query, body, isList }: Request, namespace: string): string {
  const { list: _, ...rest } = query;
  const options = namespace ? [quoted(`-namespace=${namespace}`)] : [];
  const command = { GET: isList ? "list" : "read", POST: "write", PUT: "write", PATCH: "patch", DELETE: "delete" }[method];
  const fields: Fields = body ?? rest;
  const isEmpty = Object.keys(fields).length === 0;
  const flags = isList ? Object.entries(rest).map(([name, value]) => quoted(`-${name}=${value}`)) : [];
  const force = body && isEmpty ? ["-force"] : [];
  const start = ["strongroom", command, ...options, ...flags, ...force, pathWord(path)];
  if (isEmpty || isList) return start.join(" ");
  if (Object.entries(fields).every(([name, value]) => isWord(value) && /^[^=@-][^=]*$/.test(name))) return [...start, ...Object.entries(fields).map(([name, value]) => wordOf(name, String(value)))].join(" ");
  return `${[...start, "-"].join(" ")} <<'EOF'\n${JSON.stringify(fields, null, 2)}\nEOF`;
}

const HIDDEN = "••••••••";

/** The same request with what is secret in it hidden, for showing (pure). */
export function masked(request: Request, secret: ReadonlySet<string>): Request {
  const hidden = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, secret.has(name) && value !== "" && value !== null ? HIDDEN : value]));
  return { ...request, body: request.body && hidden(request.body) };
}
