import { describe, expect, test } from "vitest";
import { bodyOf, draftOf, isComplete, type Quota } from "../../src/pages/quotas/records";

const QUOTA: Quota = { name: "r", path: "secret/", role: "", inheritable: false, additional: true, rate: 3, interval: 60, block_interval: 0, group_by: "ip", secondary_rate: 0 };

describe("a rate limit", () => {
  test("that isn't changed is written as it was", () => {
    expect(bodyOf("rate-limit", draftOf(QUOTA))).toEqual({ path: "secret/", role: "", inheritable: false, additional: true, rate: 3, interval: "60s", block_interval: "0s", group_by: "ip" });
  });
  test("has a second rate only by entities", () => {
    const draft = { ...draftOf(QUOTA), secondaryRate: 5 };
    expect(bodyOf("rate-limit", draft)).not.toHaveProperty("secondary_rate");
    expect(bodyOf("rate-limit", { ...draft, groupBy: "entity_then_ip" })).toHaveProperty("secondary_rate", 5);
  });
  test("needs a rate", () => {
    expect(isComplete("rate-limit", draftOf(null))).toBe(false);
    expect(isComplete("rate-limit", draftOf(QUOTA))).toBe(true);
  });
});

test("a lease count has the number of leases, and nothing of a rate", () => {
  const draft = { ...draftOf(null), path: "auth/token", maxLeases: 5 };
  expect(isComplete("lease-count", draft)).toBe(true);
  expect(bodyOf("lease-count", draft)).toEqual({ path: "auth/token", role: "", additional: false, max_leases: 5 });
});
