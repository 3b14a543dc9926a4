export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Fields = Record<string, Json>;

/** What a reviver is told of a value besides. */
interface Context {
  source?: string;
}

interface ExactJson {
  parse(text: string, reviver: (name: string, value: unknown, context?: Context) => unknown): unknown;
  rawJSON(text: string): object;
}

const json = JSON as unknown as ExactJson;

/** Whether this browser can keep every digit of numbers; those since 2025 can. */
export const KEEPS_DIGITS = "rawJSON" in JSON;

/**
 * JSON with its numbers as they are written.
 *
 * The numbers of a browser have some 16 digits, and no `1.0` beside `1`.  One that it would write otherwise is kept as its
 * text, which `JSON.stringify` writes as it was: who changes one field of a secret must not change the others.
 *
 * @throws SyntaxError
 */
export function parseExact(text: string): unknown {
  return json.parse(text, (_, value, context) => (typeof value === "number" && context?.source !== undefined && String(value) !== context.source ? json.rawJSON(context.source) : value));
}

/** Whether a value is a JSON object: what a secret has to be. */
export function isFields(value: unknown): value is Fields {
  // A number that is kept as text is an object without a prototype.
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) !== null;
}
