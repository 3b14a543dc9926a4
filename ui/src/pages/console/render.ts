import type { Envelope, Fields, Json } from "../../api/client";
import { isFields } from "../../api/json";
import { t } from "../../texts";
import { Refused } from "./refused";
import type { Given } from "./flags";
import { yamlOf } from "./yaml";

type Row = readonly [string, string];
const DURATION = /^(period|duration|ttl|lease_max|ttl_max)$|_(period|duration|ttl)$/;
const GAP = "    ";

/** Seconds as the command line writes them: `1h30m` (pure). */
export function short(seconds: number): string {
  const parts = ([["h", 3600], ["m", 60], ["s", 1]] as const).map(([unit, size], index) => {
    const count = Math.floor((index === 0 ? seconds : seconds % (size * 60)) / size);
    return count ? `${count}${unit}` : "";
  });
  return parts.join("") || "0s";
}

/** A value as the command line's tables have it: `<nil>`, `[a b]`, `map[a:1]` (pure). */
export function plain(value: Json | undefined): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(plain).join(" ")}]`;
  if (typeof value !== "object") return String(value);
  if (!isFields(value)) return JSON.stringify(value); // a number with more digits than a browser's have
  return `map[${Object.keys(value).sort().map((name) => `${name}:${plain(value[name])}`).join(" ")}]`;
}

function fieldText(name: string, value: Json | undefined): string {
  return DURATION.test(name) && typeof value === "number" && value >= 0 ? short(value) : plain(value);
}

/** Rows under their headings, in columns (pure). */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, header.map((title) => "-".repeat(title.length)), ...rows].map((row) => row.map((cell) => cell.trim() || "n/a"));
  const widths = header.map((_, column) => cells.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0));
  return cells.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join(GAP)).join("\n");
}

/** The table of two columns that most commands print (pure). */
export const pairs = (rows: readonly Row[]) => table(["Key", "Value"], rows);

/** Fields by their names, as rows (pure). */
export function rowsOf(fields: Fields): Row[] {
  return Object.keys(fields)
    .sort()
    .map((name) => [name, fieldText(name, fields[name])]);
}

/** A title between equals signs, over a table or a path (pure). */
export function heading(title: string, width: number): string {
  const rest = width - title.length - 2;
  const sides = "=".repeat(rest > 0 ? Math.floor((rest + 1) / 2) : 2);
  return `${sides} ${title} ${sides}`;
}

/** A table under a heading (pure). */
export function section(title: string, rows: readonly Row[]): string {
  const names = rows.reduce((most, [name]) => Math.max(most, name.length), 0);
  return `${heading(title, names + GAP.length + "Value".length)}\n${pairs(rows)}`;
}

function authFields({ auth }: Envelope<Fields>): Fields {
  if (!auth) return {};
  const meta = Object.fromEntries(Object.entries(auth.metadata ?? {}).map(([name, value]) => [`token_meta_${name}`, value]));
  return {
    token: auth.client_token,
    token_accessor: auth.accessor,
    token_duration: auth.lease_duration,
    token_renewable: auth.renewable,
    policies: auth.policies ?? [],
    identity_policies: auth.identity_policies ?? [],
    ...meta,
  };
}

function wrapFields({ wrap_info: wrap }: Envelope<Fields>): Fields {
  if (!wrap) return {};
  return {
    wrapping_token: wrap.token,
    wrapping_accessor: wrap.accessor,
    wrapping_token_ttl: wrap.ttl,
    wrapping_token_creation_time: wrap.creation_time,
    wrapping_token_creation_path: wrap.creation_path,
  };
}

/** The lines of an answer's table (pure). */
export function answerRows(answer: Envelope<Fields>): Row[] {
  if (answer.wrap_info) return Object.entries(wrapFields(answer)).map(([name, value]) => [`${name}:`, fieldText(name, value)]);
  const lease: Fields = answer.lease_id ? { lease_id: answer.lease_id, lease_duration: answer.lease_duration, lease_renewable: answer.renewable } : answer.lease_duration ? { refresh_interval: answer.lease_duration } : {};
  const first = { ...lease, ...authFields(answer) };
  return [...Object.entries(first).map(([name, value]): Row => [name, fieldText(name, value)]), ...rowsOf(answer.data ?? {})];
}

/** One field of an answer, by the name that the table gives it (pure).  Throws `Refused` if it isn't there. */
export function fieldOf(answer: Envelope<Fields>, name: string): Json {
  const places: Fields[] = [authFields(answer), wrapFields(answer), answer.data ?? {}, { lease_id: answer.lease_id, lease_duration: answer.lease_duration, data: answer.data ?? null }];
  for (const fields of places) {
    const value = fields[name];
    if (value !== undefined && value !== null) return value;
  }
  throw new Refused("console.no_field", { field: name });
}

/** The format that a line asks for (pure).  Throws `Refused`. */
export function formatOf(flags: Given): "table" | "json" | "yaml" {
  const format = flags.text("format") || "table";
  if (format === "yml") return "yaml";
  if (format !== "table" && format !== "json" && format !== "yaml") throw new Refused("console.no_format", { format });
  return format;
}

/** A document in the format that a line asks for; as a table only by what `tabled` makes of it. */
export function documented(flags: Given, value: Json, tabled: () => string): string {
  const format = formatOf(flags);
  if (format === "json") return JSON.stringify(value, null, 2);
  return format === "yaml" ? yamlOf(value) : tabled();
}

/** One value, as `-field` prints it. */
export function valueText(flags: Given, value: Json): string {
  return documented(flags, value, () => plain(value));
}

/** Warnings of the server, over what was answered (pure). */
export function warned(answer: Envelope<unknown> | undefined, text: string): string {
  const warnings = (answer?.warnings ?? []).map((each) => `* ${each}`);
  return warnings.length ? `${t("console.warnings")}\n${warnings.join("\n")}\n\n${text}`.trimEnd() : text;
}

/** An answer as the line wants it: a field, a document or a table. */
export function answerText(flags: Given, answer: Envelope<Fields>): string {
  const field = flags.text("field");
  if (field) return valueText(flags, fieldOf(answer, field));
  return documented(flags, { ...answer } as Json, () => warned(answer, pairs(answerRows(answer))));
}
