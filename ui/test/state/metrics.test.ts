import { describe, expect, test } from "vitest";
import { between, buckets, byLabel, parsed, quantile, total } from "../../src/pages/home/metrics";
import { withTaken } from "../../src/pages/home/history";
import { faultsIn, loginsIn, pointOf } from "../../src/pages/home/points";

/** As a server answers, cut short. */
const TEXT = `# HELP vault_core_handle_request Milliseconds of a request.
# TYPE vault_core_handle_request histogram
vault_core_handle_request_bucket{cluster="c",le="0.5"} 1
vault_core_handle_request_bucket{cluster="c",le="1.0"} 3
vault_core_handle_request_bucket{cluster="c",le="10.0"} 9
vault_core_handle_request_bucket{cluster="c",le="+Inf"} 10
vault_core_handle_request_sum{cluster="c"} 75.5
vault_core_handle_request_count{cluster="c"} 10
vault_core_requests_total{cluster="c",mount_class="secret",mount_type="kv",operation="read"} 40
vault_core_requests_total{cluster="c",mount_class="auth",mount_type="userpass",operation="update"} 2
vault_core_response_status_code{cluster="c",code="403",type="4xx"} 5
vault_core_response_status_code{cluster="c",code="200",type="2xx"} 37
vault_core_logins_total{cluster="c",method="userpass",result="failed"} 1
vault_core_logins_total{cluster="c",method="userpass",result="succeeded"} 2
vault_core_logins_total{cluster="c",method="ldap",result="succeeded"} 7
vault_core_logins_total{cluster="c",method="jwt",result="succeeded"} 0
vault_audit_writable{cluster="c",device="a,\\"b\\"} \\\\x\\n/"} 0
vault_expire_num_leases{cluster="c"} 3
vault_expire_num_irrevocable_leases{cluster="c"} 2
vault_core_workers{cluster="c"} 1
vault_core_workers_wanted{cluster="c"} 3
vault_expire_late_seconds{class="lease",cluster="c"} 61.4
process_resident_memory_bytes 97378304
process_cpu_seconds_total 1.5e1
`;
const METRICS = parsed(TEXT);

describe("numbers of the server", () => {
  test("have names, labels and values", () => {
    expect(total(METRICS, "process_resident_memory_bytes")).toBe(97378304);
    expect(total(METRICS, "process_cpu_seconds_total")).toBe(15);
    expect(total(METRICS, "vault_core_requests_total")).toBe(42);
    expect(total(METRICS, "vault_core_requests_total", ({ mount_class }) => mount_class === "auth")).toBe(2);
    expect(METRICS.get("vault_audit_writable")?.[0]?.labels).toEqual({ cluster: "c", device: 'a,"b"} \\x\n/' });
    expect(byLabel(METRICS, "vault_core_requests_total", "mount_type")).toEqual(new Map([["kv", 40], ["userpass", 2]]));
  });

  test("that aren't there aren't zero", () => {
    expect(total(METRICS, "vault_storage_free_bytes")).toBeNull();
  });
});

describe("quantiles of a histogram", () => {
  const all = buckets(METRICS, "vault_core_handle_request");

  test.each([
    [0.1, 0.5],
    [0.3, 1],
    [0.6, 5.5],
    [0.99, 10], // above the last bound nothing more is known
  ])("%d of the events are below %d", (part, bound) => {
    expect(quantile(all, part)).toBeCloseTo(bound);
  });

  test("are of the time between two moments", () => {
    const later = all.map(({ upTo, count }) => ({ upTo, count: count + (upTo >= 10 ? 4 : 0) }));
    const came = between(all, later);
    expect(came?.map(({ count }) => count)).toEqual([0, 0, 4, 4]);
    expect(quantile(came ?? [], 0.5)).toBeCloseTo(5.5);
  });

  test("don't exist where nothing came, or the server began anew", () => {
    expect(between(all, all)).toBeNull();
    expect(between(all, all.map(({ upTo }) => ({ upTo, count: 1 })))).toBeNull();
  });
});

describe("a moment", () => {
  const grown = parsed(TEXT.replace('operation="read"} 40', 'operation="read"} 60').replace('type="4xx"} 5', 'type="4xx"} 6'));

  test("has rates since the one before", () => {
    const point = pointOf({ at: 1_000, metrics: METRICS }, { at: 6_000, metrics: grown });
    expect([point.requests, point.clientErrors, point.serverErrors, point.leases, point.p50, point.free]).toEqual([4, 0.2, 0, 3, null, null]);
  });

  test("has none alone, nor when a counter fell", () => {
    expect(pointOf(undefined, { at: 1_000, metrics: METRICS }).requests).toBeNull();
    expect(pointOf({ at: 1_000, metrics: grown }, { at: 2_000, metrics: METRICS }).requests).toBeNull();
  });
});

test("what is wrong is found", () => {
  expect(faultsIn(METRICS)).toEqual([
    { fault: "audit", n: 1 },
    { fault: "workers", n: 2 },
    { fault: "late", n: 61 },
    { fault: "irrevocable", n: 2 },
  ]);
  expect(faultsIn(parsed("vault_storage_reachable 1\nvault_storage_full 0\n"))).toEqual([]);
});

test("logins are told by method, most first, and without methods that nobody used", () => {
  expect(loginsIn(METRICS)).toEqual([
    { method: "ldap", succeeded: 7, failed: 0 },
    { method: "userpass", succeeded: 2, failed: 1 },
  ]);
});

test("a history is one user's, and in the order of time", () => {
  const none = { user: "", last: undefined, points: [] };
  const first = withTaken(none, "ann", { at: 1_000, metrics: METRICS });
  const second = withTaken(first, "ann", { at: 2_000, metrics: METRICS });
  expect(second.points.map(({ at, requests }) => [at, requests])).toEqual([[1_000, null], [2_000, 0]]);
  expect(withTaken(second, "ann", { at: 2_000, metrics: METRICS })).toBe(second);
  expect(withTaken(second, "bob", { at: 3_000, metrics: METRICS }).points).toHaveLength(1);
});
