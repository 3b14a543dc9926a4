import { expect, test } from "vitest";
import { linesOf } from "../../src/pages/kv/line_diff";

const MARKS = { same: " ", removed: "-", added: "+" };
const marked = (before: string, after: string) => linesOf(before, after)?.map(({ kind, text }) => `${MARKS[kind]}${text}`).join("\n");

test.each([
  ["a\nb\nc", "a\nx\nc", " a\n-b\n+x\n c"],
  ["a\nb", "a\nb", " a\n b"],
  ["", "a", "-\n+a"],
  ["a\nb\nc\nd", "b\nd\ne", "-a\n b\n-c\n d\n+e"],
  ["a\na", "a\na\na", " a\n a\n+a"],
])("%j and %j", (before, after, lines) => {
  expect(marked(before, after)).toBe(lines);
});

test("the lines of each text are all there", () => {
  const text = (seed: number) => Array.from({ length: 60 }, (_, index) => String((index * seed) % 7)).join("\n");
  const found = linesOf(text(3), text(5)) ?? [];
  const of = (kind: string) => found.filter((line) => line.kind === "same" || line.kind === kind).map((line) => line.text).join("\n");
  expect(of("removed")).toBe(text(3));
  expect(of("added")).toBe(text(5));
});

test("what is too long isn't compared, unless few lines differ", () => {
  const long = Array.from({ length: 5000 }, (_, index) => String(index)).join("\n");
  expect(linesOf(long, `${long}\nx`)?.filter(({ kind }) => kind !== "same")).toEqual([{ kind: "added", text: "x" }]);
  expect(linesOf(long, long.replaceAll("\n", " \n"))).toBeNull();
});
