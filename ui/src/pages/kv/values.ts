import type { Fields, Json } from "../../api/client";

/** A field of a secret while it is edited. */
export interface Row {
  /** For the page; names may change and be the same for a while. */
  id: number;
  name: string;
  /** The text itself, or JSON of what is no text. */
  text: string;
  isText: boolean;
}

let last = 0;

/** A new row without anything in it. */
export function newRow(name = "", value: Json = ""): Row {
  const isText = typeof value === "string";
  return { id: ++last, name, text: isText ? value : JSON.stringify(value), isText };
}

export function rowsOf(fields: Fields): Row[] {
  return Object.entries(fields).map(([name, value]) => newRow(name, value));
}

/** Why rows make no secret. */
export type RowFault = { id: number; fault: "name" | "twice" | "json" };

/** The faults of rows, in their order (pure).  A row without a name and a text is none. */
export function faultsOf(rows: readonly Row[]): RowFault[] {
  const seen = new Set<string>();
  const faults: RowFault[] = [];
  for (const { id, name, text, isText } of used(rows)) {
    if (name === "") faults.push({ id, fault: "name" });
    else if (seen.has(name)) faults.push({ id, fault: "twice" });
    else if (!isText && parsed(text) === undefined) faults.push({ id, fault: "json" });
    seen.add(name);
  }
  return faults;
}

/** The secret that rows without faults make (pure). */
export function fieldsOf(rows: readonly Row[]): Fields {
  return Object.fromEntries(used(rows).map(({ name, text, isText }) => [name, isText ? text : (parsed(text) ?? null)]));
}

function used(rows: readonly Row[]): Row[] {
  return rows.filter(({ name, text }) => name !== "" || text !== "");
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/**
 * The fields in a pasted text: a JSON object, or lines of a `.env` file (pure).
 *
 * @returns null for any other text.
 */
export function fieldsIn(text: string): Fields | null {
  const document = text.trim();
  if (document.startsWith("{")) {
    const value = parsed(document);
    return value !== undefined && value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  }
  return fieldsOfEnv(document);
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|([^\n#]*?))\s*(?:#.*)?$/;

function fieldsOfEnv(text: string): Fields | null {
  const found: Fields = {};
  for (const statement of statementsOf(text)) {
    if (/^\s*(#.*)?$/.test(statement)) continue;
    const match = ASSIGNMENT.exec(statement);
    if (!match) return null;
    const [, name, double, single, bare] = match;
    found[name as string] = double !== undefined ? unescaped(double) : (single ?? bare ?? "");
  }
  return Object.keys(found).length ? found : null;
}

/** The lines of a text; a quoted value may go over several. */
function statementsOf(text: string): string[] {
  const lines: string[] = [];
  let open = "";
  for (const line of text.split(/\r?\n/)) {
    open = open ? `${open}\n${line}` : line;
    const value = open.slice(open.indexOf("=") + 1).trimStart();
    const quote = value[0];
    if ((quote === '"' || quote === "'") && !isClosed(value, quote)) continue;
    lines.push(open);
    open = "";
  }
  if (open) lines.push(open);
  return lines;
}

function isClosed(value: string, quote: string): boolean {
  for (let at = 1; at < value.length; at++) {
    if (quote === '"' && value[at] === "\\") at++;
    else if (value[at] === quote) return true;
  }
  return false;
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, each: string) => ESCAPES[each] ?? each);
}

/** A value as text, for showing and copying. */
export function shown(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null, null, 2);
}
