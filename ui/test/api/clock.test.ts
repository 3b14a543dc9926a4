import { afterEach, expect, test, vi } from "vitest";
import { noteTime, serverNow } from "../../src/api/clock";

const NOON = Date.UTC(2027, 0, 1, 12);

afterEach(() => void vi.useRealTimers());

test.each([
  ["three hours behind", new Date(NOON + 3 * 3_600_000).toUTCString(), NOON + 3 * 3_600_000],
  ["three hours ahead", new Date(NOON - 3 * 3_600_000).toUTCString(), NOON - 3 * 3_600_000],
  ["a moment behind", new Date(NOON + 2000).toUTCString(), NOON],
])("with a clock that is %s, the server's time counts", (_, header, now) => {
  vi.useFakeTimers({ now: NOON });
  noteTime(header);
  expect(serverNow().getTime()).toBe(now);
  noteTime(null);
  expect(serverNow().getTime()).toBe(now);
});
