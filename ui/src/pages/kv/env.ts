import type { Fields } from "../../api/client";
import { isFields, parseExact } from "../../api/json";

/** What a pasted text has: fields, or a fault in a line (from 1); 0 if no line is at fault alone. */
export type Pasted = { fields: Fields } | { line: number };

/** The fields in a pasted text, as `pastedIn` finds them; null for any other text (pure). */
export function fieldsIn(text: string): Fields | null {
  const found = pastedIn(text);
  return "fields" in found ? found.fields : null;
}

/** The fields in a pasted text: a JSON object, or lines of a `.env` file (pure). */
export function pastedIn(text: string): Pasted {
  if (!text.trim().startsWith("{")) return fieldsOfEnv(text);
  try {
    const value = parseExact(text);
    return isFields(value) ? { fields: value } : { line: 0 };
  } catch {
    return { line: 0 };
  }
}

// A # begins a comment only behind a space, as in shells: passwords may have one.
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|(?!["'])([^\n]*?))\s*(?:(?<=\s)#.*)?$/;

function fieldsOfEnv(text: string): Pasted {
  const found = new Map<string, string>();
  for (const { line, statement } of statementsOf(text)) {
    if (/^\s*(#.*)?$/.test(statement)) continue;
    const match = ASSIGNMENT.exec(statement);
    if (!match) return { line };
    const [, name = "", double, single, bare] = match;
    found.set(name, double !== undefined ? unescaped(double) : (single ?? bare ?? ""));
  }
  return found.size > 0 ? { fields: Object.fromEntries(found) } : { line: 0 };
}

/** The lines of a text; a quoted value may go over several. */
function statementsOf(text: string): { line: number; statement: string }[] {
  const statements: { line: number; statement: string }[] = [];
  let open: { line: number; statement: string } | null = null;
  for (const [index, each] of text.split(/\r?\n/).entries()) {
    open = open ? { line: open.line, statement: `${open.statement}\n${each}` } : { line: index + 1, statement: each };
    if (isOpen(open.statement)) continue;
    statements.push(open);
    open = null;
  }
  if (open) statements.push(open);
  return statements;
}

/** Whether a quoted value isn't closed yet. */
function isOpen(statement: string): boolean {
  if (/^\s*#/.test(statement) || !statement.includes("=")) return false;
  const value = statement.slice(statement.indexOf("=") + 1).trimStart();
  const quote = value[0];
  if (quote !== '"' && quote !== "'") return false;
  for (let at = 1; at < value.length; at++) {
    if (quote === '"' && value[at] === "\\") at++;
    else if (value[at] === quote) return false;
  }
  return true;
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$", "`": "`", "\n": "" };

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (whole, each: string) => ESCAPES[each] ?? whole);
}
