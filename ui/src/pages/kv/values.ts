import type { Fields, Json } from "../../api/client";
import { isFields, parseExact } from "../../api/json";

export { fieldsIn } from "./env";

/** A field of a secret while it is edited. */
export interface Row {
  /** For the page; names may change and be the same for a while. */
  id: number;
  name: string;
  /** The text itself, or JSON of what is no text. */
  text: string;
  isText: boolean;
  /** Whether its value came from the server, and is masked at first. */
  isStored: boolean;
}

let last = 0;

/** A new row; without a value it has nothing in it. */
export function newRow(name = "", value: Json = "", isStored = false): Row {
  const isText = typeof value === "string";
  return { id: ++last, name, text: isText ? value : shown(value), isText, isStored };
}

/** A row for each field. */
export function rowsOf(fields: Fields, isStored = false): Row[] {
  return Object.entries(fields).map(([name, value]) => newRow(name, value, isStored));
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

/** Rows with what was pasted: fields of the same name get its value (pure). */
export function merged(rows: readonly Row[], found: Fields): Row[] {
  const kept = used(rows).filter(({ name }) => !Object.hasOwn(found, name));
  return [...kept, ...rowsOf(found)];
}

function used(rows: readonly Row[]): Row[] {
  return rows.filter(({ name, text }) => name !== "" || text !== "");
}

/** The value of a JSON text with every digit; undefined for any other text. */
function parsed(text: string): Json | undefined {
  try {
    return parseExact(text) as Json; // what JSON has is Json
  } catch {
    return undefined;
  }
}

/** The secret that a text of JSON makes; null if it makes none (pure). */
export function fieldsOfJson(text: string): Fields | null {
  const value = parsed(text);
  return isFields(value) ? value : null;
}

/** A value as text, for showing and copying. */
export function shown(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null, null, 2);
}

/** What stands for a value that isn't shown. */
export const MASK = "••••••••";

/** The same names with every value masked (pure). */
export function maskedOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(maskedOf);
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, maskedOf(each)]));
  return MASK;
}

/** A text as a browser's text area has it: each line end is `\n` there (pure). */
export const linesOf = (text: string): string => text.replace(/\r\n?/g, "\n");

/**
 * What a text becomes when a text area says that it was changed (pure).
 *
 * Line ends of Windows and old Macs stay as they were, where all of them were the same.
 */
export function typedInto(before: string, typed: string): string {
  const ends = new Set(before.match(/\r\n|\r|\n/g));
  const [end] = ends;
  return ends.size === 1 && end !== undefined ? typed.replace(/\n/g, end) : typed;
}

/** Whether a name or a value of one line begins or ends with a space: nobody sees that, and hardly anybody wants it (pure). */
export const hasOuterSpace = (text: string): boolean => text !== text.trim() && !text.includes("\n");
