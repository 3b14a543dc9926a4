import type { Need } from "../../../api/capabilities";
import { link } from "../../../app/location";

/** What was issued to whom, as it is asked for and as a report has it. */
export const SELECTORS = ["network", "accessor", "entity_id", "mount", "alias", "role", "since", "until"] as const;
export type Selector = (typeof SELECTORS)[number];

export interface Selection extends Record<Selector, string> {
  block: boolean;
  /** Whether what doesn't say to whom it was issued stays. */
  keepUndetermined: boolean;
}

/** How many, by kind and by mount. */
export type Counts = Record<string, Record<string, number>>;

/** The answer to a dry run. */
export interface Plan {
  found: Counts;
  undetermined: Counts;
  total: number;
  ends_own_token: boolean;
}

export type WithdrawalState = "counting" | "clearing" | "holding" | "blocking" | "done" | "cancelled";

/** What `sys/revoke-issued/ID` tells. */
export interface Report {
  id: string;
  state: WithdrawalState;
  asked: Record<string, string>;
  made_time: string;
  since_time: string | null;
  until_time: string | null;
  blocks: boolean;
  stands: boolean;
  found: Counts;
  total: number;
  undetermined: Counts;
  namespaces_left: number;
  leases_left: number;
  failing: { lease_id: string; error: string; attempts: number }[];
  cleared_time: string | null;
  ended_time: string | null;
  holds_until: string | null;
}

const PATH = "sys/revoke-issued";
const both = (verb: string, path: string): Need[] => [`${verb} ${path}` as Need, `sudo ${path}` as Need];

export const BREAK_GLASS = { list: both("list", `${PATH}/`), make: both("update", PATH) };
export const needsOf = (id: string) => ({
  read: both("read", `${PATH}/${id}`),
  lift: both("update", `${PATH}/${id}/lift`),
  cancel: both("update", `${PATH}/${id}/cancel`),
  remove: both("delete", `${PATH}/${id}`),
});

export const reportLink = (id: string) => link("/break-glass/report", { id });
export const listLink = (after = "") => link("/break-glass", { after });
export const newLink = (shows: Partial<Record<Selector | "block" | "keep" | "counted", string>>) => link("/break-glass/new", shows);

/** The selection in an address (pure). */
export function selectionIn(shown: URLSearchParams): Selection {
  const of = (name: Selector) => shown.get(name) ?? "";
  return {
    network: of("network"),
    accessor: of("accessor"),
    entity_id: of("entity_id"),
    mount: of("mount"),
    alias: of("alias"),
    role: of("role"),
    since: of("since"),
    until: of("until"),
    block: shown.get("block") === "yes",
    keepUndetermined: shown.get("keep") === "yes",
  };
}

/** The address of a selection, with the count of what it would end (pure). */
export function countedLink(selection: Selection): string {
  const texts = Object.fromEntries(SELECTORS.map((name) => [name, selection[name].trim()]));
  return newLink({ ...texts, block: selection.block ? "yes" : "", keep: selection.keepUndetermined ? "yes" : "", counted: "yes" });
}

/** The body that asks for it (pure). */
export function bodyOf(selection: Selection): Record<string, unknown> {
  const texts = SELECTORS.filter((name) => name !== "network").flatMap((name) => (selection[name].trim() ? [[name, selection[name].trim()]] : []));
  const network = selection.network.split(/[\s,]+/).filter((each) => each !== "");
  return {
    ...Object.fromEntries(texts),
    ...(network.length > 0 && { network }),
    ...(selection.block && { block: true }),
    ...(selection.keepUndetermined && { undetermined: "keep" }),
  };
}

/** Whether it selects anything: an alias and a role are names in a mount, and a time alone is everybody (pure). */
export function selects({ network, accessor, entity_id, mount }: Selection): boolean {
  return [network, accessor, entity_id, mount].some((text) => text.trim() !== "");
}

export interface CountRow {
  kind: string;
  mount: string;
  count: number;
  /** Of them, those that don't say to whom they were issued. */
  undetermined: number;
}

/** Counts as rows, the largest first (pure). */
export function rowsOf(found: Counts, undetermined: Counts): CountRow[] {
  return Object.entries(found)
    .flatMap(([kind, mounts]) => Object.entries(mounts).map(([mount, count]) => ({ kind, mount, count, undetermined: undetermined[kind]?.[mount] ?? 0 })))
    .sort((a, b) => b.count - a.count);
}

/** The sum of two parts of a count (pure). */
export function summed(one: Counts, other: Counts): Counts {
  const sum: Counts = structuredClone(one);
  for (const { kind, mount, count } of rowsOf(other, {})) {
    const mounts = (sum[kind] ??= {});
    mounts[mount] = (mounts[mount] ?? 0) + count;
  }
  return sum;
}
