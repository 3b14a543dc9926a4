import { between, buckets, type Metrics, quantile, total } from "./metrics";

/** The numbers of a node at one moment. */
export interface Taken {
  /** In milliseconds. */
  at: number;
  metrics: Metrics;
}

/** What charts show of a moment, and of the time since the one before; null where nothing is known. */
export interface Point {
  at: number;
  requests: number | null;
  clientErrors: number | null;
  serverErrors: number | null;
  p50: number | null;
  p99: number | null;
  logins: number | null;
  failedLogins: number | null;
  leases: number | null;
  irrevocable: number | null;
  memory: number | null;
  cpu: number | null;
  spool: number | null;
  free: number | null;
  inFlight: number | null;
}

/** How many are kept: half an hour's. */
export const MOST_POINTS = 360;

/** What the numbers of a moment say, with those of the moment before, if there was one (pure). */
export function pointOf(before: Taken | undefined, { at, metrics }: Taken): Point {
  const seconds = before ? (at - before.at) / 1000 : 0;
  const rate = (name: string, where?: Parameters<typeof total>[2]): number | null => {
    if (!before || seconds <= 0) return null;
    const grown = (total(metrics, name, where) ?? 0) - (total(before.metrics, name, where) ?? 0);
    // A counter falls when the server begins anew, or when another node answers.
    return grown < 0 ? null : grown / seconds;
  };
  const came = before ? between(buckets(before.metrics, HANDLED), buckets(metrics, HANDLED)) : null;
  return {
    at,
    requests: rate("vault_core_requests_total"),
    clientErrors: rate(ANSWERED, ({ type }) => type === "4xx"),
    serverErrors: rate(ANSWERED, ({ type }) => type === "5xx"),
    p50: came && quantile(came, 0.5),
    p99: came && quantile(came, 0.99),
    logins: rate(LOGINS, ({ result }) => result === "succeeded"),
    failedLogins: rate(LOGINS, ({ result }) => result === "failed"),
    leases: total(metrics, "vault_expire_num_leases"),
    irrevocable: total(metrics, "vault_expire_num_irrevocable_leases"),
    memory: total(metrics, "process_resident_memory_bytes"),
    cpu: rate("process_cpu_seconds_total"),
    spool: total(metrics, "vault_audit_spool_bytes"),
    free: total(metrics, "vault_storage_free_bytes"),
    inFlight: total(metrics, "vault_core_in_flight_requests"),
  };
}

const HANDLED = "vault_core_handle_request";
const ANSWERED = "vault_core_response_status_code";
const LOGINS = "vault_core_logins_total";

/** What needs somebody's attention, with the number that shows it. */
export interface Fault {
  fault: "unreachable" | "readonly" | "full" | "audit" | "workers" | "late" | "irrevocable" | "frozen" | "restart" | "snapshot" | "spool_lost";
  n: number;
}

const LATE_S = 60;

/** What is wrong with a node or its store, as far as its numbers tell (pure). */
export function faultsIn(metrics: Metrics): Fault[] {
  const of = (name: string) => total(metrics, name);
  const missing = (of("vault_core_workers_wanted") ?? 0) - (of("vault_core_workers") ?? 0);
  const late = Math.max(0, ...(metrics.get("vault_expire_late_seconds") ?? []).map(({ value }) => value));
  const found: (Fault | false)[] = [
    of("vault_storage_reachable") === 0 && { fault: "unreachable", n: 1 },
    of("vault_storage_writable") === 0 && { fault: "readonly", n: 1 },
    of("vault_storage_full") === 1 && { fault: "full", n: 1 },
    ...(metrics.get("vault_audit_writable") ?? []).map(({ value }) => value === 0 && { fault: "audit" as const, n: 1 }),
    missing > 0 && { fault: "workers", n: missing },
    late > LATE_S && { fault: "late", n: Math.round(late) },
    (of("vault_expire_num_irrevocable_leases") ?? 0) > 0 && { fault: "irrevocable", n: of("vault_expire_num_irrevocable_leases") ?? 0 },
    of("vault_restore_frozen") === 1 && { fault: "frozen", n: 1 },
    of("vault_core_restart_needed") === 1 && { fault: "restart", n: 1 },
    (of("vault_snapshot_failures") ?? 0) > 0 && { fault: "snapshot", n: of("vault_snapshot_failures") ?? 0 },
    (of("vault_audit_undeliverable_bytes") ?? 0) > 0 && { fault: "spool_lost", n: of("vault_audit_undeliverable_bytes") ?? 0 },
  ];
  return found.filter((each) => each !== false);
}

/** Logins since the server started: by method, those that succeeded and those that failed; most first (pure). */
export function loginsIn(metrics: Metrics): { method: string; succeeded: number; failed: number }[] {
  const found = new Map<string, { method: string; succeeded: number; failed: number }>();
  for (const { labels, value } of metrics.get(LOGINS) ?? []) {
    const method = labels["method"] ?? "";
    const row = found.get(method) ?? { method, succeeded: 0, failed: 0 };
    if (labels["result"] === "failed") row.failed += value;
    else row.succeeded += value;
    found.set(method, row);
  }
  return [...found.values()].filter(({ succeeded, failed }) => succeeded + failed > 0).sort((a, b) => b.succeeded + b.failed - a.succeeded - a.failed);
}
