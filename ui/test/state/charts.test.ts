import { expect, test } from "vitest";
import { areaOf, ceilingOf, ceilingOfBytes, indexAt, lineOf } from "../../src/components/charts/shape";
import { bytes, digits, milliseconds } from "../../src/components/charts/units";

test.each([
  [[], 1],
  [[0, null], 1],
  [[3], 5],
  [[5], 5],
  [[51, 7], 100],
  [[0.03], 0.05],
])("above %j an axis ends at %d", (values: (number | null)[], top) => {
  expect(ceilingOf(values)).toBeCloseTo(top);
});

test("an axis of bytes ends at a power of two", () => {
  expect(ceilingOfBytes([null, 97 * 1024 * 1024])).toBe(128 * 1024 * 1024);
});

test("a line has a gap where nothing is known", () => {
  expect(lineOf([0, 10, 20, 30], [0, null, 10, 5], 10)).toBe("M0 100h0.5M66.67 1L100 50.5");
  expect(areaOf([0, 10, 20, 30], [0, null, 10, 5], 10)).toBe("M66.67 100L66.67 1L100 50.5V100Z");
});

test("a pointer is at the nearest time", () => {
  expect([indexAt(0, [0, 10, 100]), indexAt(0.5, [0, 10, 100]), indexAt(0.9, [0, 10, 100]), indexAt(0.5, [])]).toEqual([0, 1, 2, null]);
});

test("numbers are short", () => {
  expect([bytes(0), bytes(1536), bytes(97378304)]).toEqual(["0 B", "1.5 KiB", "92.9 MiB"]);
  expect([digits(1234.5), digits(0.01234), milliseconds(1500), milliseconds(0.186)]).toEqual(["1,235", "0.0123", "1.5 s", "0.186 ms"]);
});
