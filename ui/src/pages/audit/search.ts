/** A request that a log tells of, by the last of its entries. */
export interface Hit {
  id: string;
  time: string;
  operation: string;
  path: string;
  name: string;
  address: string;
  outcome: "ok" | "denied" | "failed" | "unanswered";
}

export interface Found {
  /** The newest last; no more than `MOST`. */
  hits: Hit[];
  /** How many requests there are, listed or not. */
  requests: number;
  lines: number;
  /** Lines that are no entries. */
  unread: number;
}

export const MOST = 500;

type Branch = { [name: string]: unknown };

/**
 * Looks for a text in a log, line by line, however long the log is.
 *
 * @param chunks of the file, cut anywhere.
 * @param read told how many characters were looked at so far.
 */
export async function searched(chunks: AsyncIterable<string>, wanted: string, read: (characters: number) => void): Promise<Found> {
  const found: Found = { hits: [], requests: 0, lines: 0, unread: 0 };
  const at = new Map<string, number>();
  let rest = "";
  let characters = 0;
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) look(line, wanted, found, at);
    characters += chunk.length;
    read(characters);
  }
  look(rest, wanted, found, at);
  return found;
}

function look(line: string, wanted: string, found: Found, at: Map<string, number>): void {
  if (line.trim() === "") return;
  found.lines += 1;
  if (!line.includes(wanted)) return;
  const hit = hitOf(line);
  if (!hit) {
    found.unread += 1;
    return;
  }
  const before = at.get(hit.id);
  if (before !== undefined) {
    if (found.hits[before]) found.hits[before] = hit;
    return;
  }
  at.set(hit.id, found.requests);
  found.requests += 1;
  if (found.hits.length < MOST) found.hits.push(hit);
}

/** What an entry tells (pure); null of a line that is no entry, such as one in XML. */
export function hitOf(line: string): Hit | null {
  let entry: unknown;
  try {
    entry = JSON.parse(line.slice(line.indexOf("{")));
  } catch {
    return null;
  }
  if (!isBranch(entry)) return null;
  const request = branch(entry["request"]);
  const auth = branch(entry["auth"]);
  const error = text(entry["error"]);
  const outcome = /permission denied/.test(error) ? "denied" : error ? "failed" : entry["type"] === "response" ? "ok" : "unanswered";
  return { id: text(request["id"]), time: text(entry["time"]), operation: text(request["operation"]), path: text(request["path"]), name: text(auth["display_name"]), address: text(request["remote_address"]), outcome };
}

const isBranch = (value: unknown): value is Branch => typeof value === "object" && value !== null && !Array.isArray(value);
const branch = (value: unknown): Branch => (isBranch(value) ? value : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");
