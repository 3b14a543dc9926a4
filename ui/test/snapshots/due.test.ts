import { expect, test } from "vitest";
import { isDue } from "../../src/pages/snapshots/snapshot";

const NOW = new Date("2030-01-02T03:04:05Z");

test.each([
  ["2030-01-02T03:04:05Z", true],
  ["2030-01-02T03:03:40Z", true],
  ["2030-01-02T03:03:35Z", false], // nobody takes it: the store is frozen, or no node does such work
  ["2030-01-02T03:04:06Z", false],
  ["", false],
])("a snapshot of %s is due: %s", (next, due) => expect(isDue({ next_snapshot_start: next }, NOW)).toBe(due));
