import { write } from "../../api/client";
import { batches, count, type Counted, type CountedKind, nothing } from "./log";

/** What a draft would change for requests of one kind. */
export interface Changed {
  change: string;
  count: number;
  operation: string;
  path: string;
  namespace: string;
  policies: string[];
  entity_id: string;
  conditions_before: string[];
  conditions_after: string[];
}

export interface Simulated {
  requests: Changed[];
  totals: Record<string, number>;
  unreadable: number;
  leftOut: number;
}

/** The most requests that the server takes at once. */
const AT_ONCE = 1000;

/** Reads a log in the browser: only kinds of requests leave it.  Files that end in `.gz` are unpacked. */
export async function readLog(file: File, told: (share: number) => void, signal: AbortSignal): Promise<Counted> {
  const found = nothing();
  let bytes = 0;
  const counting = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.length;
      told(bytes / Math.max(file.size, 1));
      controller.enqueue(chunk);
    },
  });
  const raw = file.stream().pipeThrough(counting, { signal });
  const unpacked = file.name.endsWith(".gz") ? raw.pipeThrough(new DecompressionStream("gzip")) : raw;
  const reader = unpacked.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    for (const line of lines) count(found, line);
    if (done) return found;
  }
}

/** What a draft would change; `draft` is null for a policy that would be deleted. */
export async function simulate(name: string, draft: string | null, parts: readonly CountedKind[][], told: (share: number) => void, signal: AbortSignal): Promise<Omit<Simulated, "unreadable" | "leftOut">> {
  const requests: Changed[] = [];
  const totals: Record<string, number> = {};
  for (const [index, part] of parts.entries()) {
    const answer = await write<{ requests: Changed[]; totals: Record<string, number> }>("sys/policies/simulate", { policies: { [name]: draft }, requests: part }, { signal });
    requests.push(...answer.requests);
    for (const [change, n] of Object.entries(answer.totals)) totals[change] = (totals[change] ?? 0) + n;
    told((index + 1) / parts.length);
  }
  return { requests, totals };
}

export const partsOf = (counted: Counted) => batches(counted, AT_ONCE);
