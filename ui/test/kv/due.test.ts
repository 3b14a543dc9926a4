import { expect, test } from "vitest";
import { dueOf } from "../../src/pages/kv/due";

const WRITTEN = new Date("2026-01-01T00:00:00Z");

test.each<[Record<string, string>, string]>([
  [{ expires_at: "2026-02-01" }, "2026-02-01T00:00:00.000Z expires_at"],
  [{ expires_at: "2026-02-01T12:00:00" }, "2026-02-01T12:00:00.000Z expires_at"],
  [{ expires_at: "2026-02-01T12:00:00+02:00" }, "2026-02-01T10:00:00.000Z expires_at"],
  [{ rotate_after: "90d" }, "2026-04-01T00:00:00.000Z rotate_after"],
  [{ rotate_after: "1h30m" }, "2026-01-01T01:30:00.000Z rotate_after"],
  [{ rotate_after: "3600" }, "2026-01-01T01:00:00.000Z rotate_after"],
  [{ rotate_after: "2026-03-01" }, "2026-03-01T00:00:00.000Z rotate_after"],
  [{ rotate_after: "10d", expires_at: "2026-01-05" }, "2026-01-05T00:00:00.000Z expires_at"],
  [{ rotate_after: "2d", expires_at: "2026-01-05" }, "2026-01-03T00:00:00.000Z rotate_after"],
])("%j is due at %s", (custom, due) => {
  const found = dueOf(custom, WRITTEN);
  expect(`${found?.at.toISOString()} ${found?.reason}`).toBe(due);
});

test.each<Record<string, string>>([{}, { expires_at: "soon" }, { rotate_after: "sometimes" }, { rotate_after: "0s" }, { owner: "2026-01-01" }])("%j isn't due", (custom) => {
  expect(dueOf(custom, WRITTEN)).toBeNull();
});

test("a span without a version that it is counted from isn't due", () => {
  expect(dueOf({ rotate_after: "90d" }, null)).toBeNull();
});
