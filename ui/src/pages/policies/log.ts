/** Requests that policies can't tell apart, but for their parameters; as `sys/policies/simulate` takes them. */
export interface RequestKind {
  operation: string;
  path: string;
  namespace: string;
  policies: string[];
  entity_id: string;
  token_namespace: string;
}

export type CountedKind = RequestKind & { count: number };

/** The requests of an audit log, each kind once. */
export interface Counted {
  kinds: Map<string, CountedKind>;
  /** Lines that are no entries. */
  unreadable: number;
  /** Requests for which there was no room. */
  leftOut: number;
}

const MOST_KINDS = 100_000;
const OPERATIONS = new Set(["create", "read", "update", "patch", "delete", "list", "scan"]);
/** What the server writes to see whether a device can be written to. */
const TEST_PATH = "sys/audit/test";

export const nothing = (): Counted => ({ kinds: new Map(), unreadable: 0, leftOut: 0 });

/** Counts one line of a log.  Answers are passed over, and so are what needed no token and what root asked. */
export function count(into: Counted, line: string): void {
  if (line.trim() === "") return;
  const entry = parsed(line);
  if (!entry) {
    into.unreadable++;
    return;
  }
  const kind = kindOf(entry);
  if (!kind) return;
  const key = JSON.stringify(kind);
  const known = into.kinds.get(key);
  if (known) known.count++;
  else if (into.kinds.size >= MOST_KINDS) into.leftOut++;
  else into.kinds.set(key, { ...kind, count: 1 });
}

/** What was counted in parts of a size, the most frequent first (pure). */
export function batches(counted: Counted, size: number): CountedKind[][] {
  const ordered = [...counted.kinds.values()].sort((a, b) => b.count - a.count);
  return Array.from({ length: Math.ceil(ordered.length / size) }, (_, at) => ordered.slice(at * size, (at + 1) * size));
}

/** Requests that were typed: `read secret/data/app` on each line (pure).  Null for a line that isn't one. */
export function typedRequests(text: string, policies: readonly string[]): CountedKind[] | null {
  const found: CountedKind[] = [];
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const [, operation = "", path = ""] = /^\s*(\w+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (!OPERATIONS.has(operation)) return null;
    found.push({ operation, path: path.replace(/^\/?(v1\/)?/, ""), namespace: "", policies: [...policies], entity_id: "", token_namespace: "", count: 1 });
  }
  return found;
}

type Entry = Record<string, unknown>;

function isObject(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(line: string): Entry | null {
  // A device may write a prefix before each entry.
  const begin = line.indexOf("{");
  if (begin < 0) return null;
  try {
    const found: unknown = JSON.parse(line.slice(begin));
    return isObject(found) ? found : null;
  } catch {
    return null;
  }
}

function kindOf(entry: Entry): RequestKind | null {
  const { request, auth, type } = entry;
  if (type !== "request" || !isObject(request) || !isObject(auth)) return null;
  const { operation, path, namespace } = request;
  const policies = Array.isArray(auth["token_policies"]) ? auth["token_policies"] : auth["policies"];
  if (!Array.isArray(policies) || policies.includes("root") || path === TEST_PATH) return null;
  if (typeof path !== "string" || typeof operation !== "string" || !OPERATIONS.has(operation)) return null;
  return {
    operation,
    path,
    namespace: isObject(namespace) ? textOf(namespace["path"]) : "",
    policies: policies.map(String).sort(),
    entity_id: textOf(auth["entity_id"]),
    token_namespace: homeOf(auth["policy_results"]),
  };
}

/** The id of the token's namespace, which an entry names only if the request was allowed. */
function homeOf(results: unknown): string {
  const granting = isObject(results) ? results["granting_policies"] : undefined;
  const first: unknown = Array.isArray(granting) ? granting[0] : undefined;
  return isObject(first) ? textOf(first["namespace_id"]) : "";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
