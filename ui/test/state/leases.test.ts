import { describe, expect, test } from "vitest";
import { mountOf, NOTHING, withLeases } from "../../src/pages/home/breakdown";
import { left, summed } from "../../src/pages/leases/counting";
import { bodyOf, filtersIn } from "../../src/pages/leases/filters";
import { folderOf, type LeaseSummary } from "../../src/pages/leases/lease";

test.each([
  ["", ""],
  [" / ", ""],
  ["db/creds", "db/creds/"],
  ["/db/a%20b//", "db/a%20b/"],
])("%j is the folder %j", (typed, folder) => {
  expect(folderOf(typed)).toBe(folder);
});

test("a search has what is given, and nothing that is empty", () => {
  const filters = filtersIn(new URLSearchParams("prefix= db/ &state=active&other=1"));
  expect(bodyOf(filters, "", 200)).toEqual({ prefix: "db/", state: "active", limit: 200 });
  expect(bodyOf(filters, "x", 200)).toMatchObject({ after: "x" });
});

test("parts of a count are put together", () => {
  const one = { leases: { active: 3, planned: 1, revoking: 2, irrevocable: 4 }, tokens: 5, ends_own_token: false };
  const sum = summed(one, { ...one, tokens: 0, ends_own_token: true });
  expect(sum).toEqual({ leases: { active: 6, planned: 2, revoking: 4, irrevocable: 8 }, tokens: 5, ends_own_token: true });
  expect(left(sum)).toEqual({ toEnd: 13, going: 4, failing: 8 });
  expect(one.leases.active).toBe(3);
});

describe("leases by mount and end", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const lease = (expire_time: string, state: LeaseSummary["state"] = "active"): LeaseSummary => ({ account: "", entity_id: "", expire_time, group: "", issue_time: "", owner: "token", state });

  test("are of the mount with the longest path", () => {
    expect(mountOf("a/b/creds/x", ["a/", "a/b/"])).toBe("a/b/");
    expect(mountOf("gone/creds/x", ["a/"])).toBe("gone/");
  });

  test("are counted", () => {
    const first = withLeases(NOTHING, { "a/x": lease("2026-01-01T00:30:00Z"), "a/y": lease("2025-12-31T00:00:00Z") }, ["a/"], now);
    const both = withLeases(first, { "b/x": lease("2026-01-05T00:00:00Z"), "b/y": lease("2026-02-05T00:00:00Z"), "b/z": lease("2026-01-01T12:00:00Z", "irrevocable") }, ["a/"], now);
    expect(both.byMount).toEqual({ "a/": 2, "b/": 3 });
    expect(both.byDue).toEqual({ over: 2, hour: 1, day: 0, week: 1, later: 1 });
    expect([first.counted, both.counted, NOTHING.counted]).toEqual([2, 5, 0]);
  });
});
