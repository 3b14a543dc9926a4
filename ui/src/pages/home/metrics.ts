/** One number of `sys/metrics`. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** All numbers of a node at one moment, by name. */
export type Metrics = ReadonlyMap<string, readonly Sample[]>;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads the text format of Prometheus; what isn't a sample, such as a comment, is passed over (pure). */
export function parsed(text: string): Metrics {
  const found = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    const [, name, labels = "", value = ""] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    const sample = { name, labels: labelsOf(labels), value: numberOf(value) };
    const others = found.get(name);
    if (others) others.push(sample);
    else found.set(name, [sample]);
  }
  return found;
}

const ESCAPED: Record<string, string> = { "\\n": "\n", '\\"': '"', "\\\\": "\\" };

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(LABEL)].map(([, name = "", value = ""]) => [name, value.replace(/\\[n"\\]/g, (each) => ESCAPED[each] ?? each)]);
  return Object.fromEntries(pairs);
}

function numberOf(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return Number(text);
}

/** The sum of a name's samples; null if there are none (pure). */
export function total(metrics: Metrics, name: string, where: (labels: Sample["labels"]) => boolean = () => true): number | null {
  const samples = metrics.get(name)?.filter(({ labels }) => where(labels));
  return samples && samples.length > 0 ? samples.reduce((sum, { value }) => sum + value, 0) : null;
}

/** The sums of a name's samples by a label (pure). */
export function byLabel(metrics: Metrics, name: string, label: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { labels, value } of metrics.get(name) ?? []) {
    const key = labels[label] ?? "";
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return sums;
}

/** How many events there were up to a bound. */
export interface Bucket {
  upTo: number;
  count: number;
}

/** The buckets of a histogram, with the events of all its series together, by rising bound (pure). */
export function buckets(metrics: Metrics, name: string): Bucket[] {
  const counts = byLabel(metrics, `${name}_bucket`, "le");
  return [...counts].map(([bound, count]) => ({ upTo: numberOf(bound), count })).sort((a, b) => a.upTo - b.upTo);
}

/** What came between two states of a histogram; null if it began anew, or nothing came (pure). */
export function between(before: readonly Bucket[], after: readonly Bucket[]): Bucket[] | null {
  const earlier = new Map(before.map(({ upTo, count }) => [upTo, count]));
  const grown = after.map(({ upTo, count }) => ({ upTo, count: count - (earlier.get(upTo) ?? 0) }));
  const all = grown.at(-1)?.count ?? 0;
  return all > 0 && grown.every(({ count }) => count >= 0) ? grown : null;
}

/** The bound that a part of the events stayed below, between two bounds in proportion; null without events (pure). */
export function quantile(of: readonly Bucket[], part: number): number | null {
  const all = of.at(-1)?.count ?? 0;
  if (all <= 0) return null;
  const wanted = part * all;
  const at = of.findIndex(({ count }) => count >= wanted);
  const bucket = of[at];
  const [from, below] = at > 0 ? [of[at - 1]?.upTo ?? 0, of[at - 1]?.count ?? 0] : [0, 0];
  if (!bucket) return null;
  // Above the last bound nothing more is known.
  if (!Number.isFinite(bucket.upTo)) return from;
  return bucket.count === below ? bucket.upTo : from + ((bucket.upTo - from) * (wanted - below)) / (bucket.count - below);
}
