import { describe, expect, test } from "vitest";
import type { Fields } from "../../src/api/client";
import { mergedWith, overtakenIn, patchOf } from "../../src/pages/kv/merging";

const base: Fields = { a: "1", b: "1", c: "1", d: "1" };
const mine: Fields = { a: "2", b: "1", c: "2", e: "new" };
const theirs: Fields = { a: "1", b: "2", c: "3", d: "1" };

describe("a secret that somebody else has changed", () => {
  test("names what they have changed, and where both did", () => {
    expect(overtakenIn(base, mine, theirs)).toEqual([
      { name: "b", mine: "1", theirs: "2", isConflict: false },
      { name: "c", mine: "2", theirs: "3", isConflict: true },
    ]);
  });

  test("keeps mine and takes theirs", () => {
    expect(mergedWith(base, mine, theirs, new Set())).toEqual({ a: "2", b: "2", c: "2", e: "new" });
    expect(mergedWith(base, mine, theirs, new Set(["c"]))).toEqual({ a: "2", b: "2", c: "3", e: "new" });
  });

  test("what they have removed is removed", () => {
    expect(mergedWith(base, base, { a: "1" }, new Set())).toEqual({ a: "1" });
  });

  test("the same change of both is no conflict", () => {
    expect(overtakenIn(base, { ...base, a: "2" }, { ...base, a: "2" })).toEqual([]);
    expect(overtakenIn({ a: { x: 1, y: 2 } }, { a: "b" }, { a: { y: 2, x: 1 } })).toEqual([]);
  });

  test("a secret that was made meanwhile conflicts where names are the same", () => {
    expect(overtakenIn({}, { a: "1", b: "1" }, { a: "2", c: "1" }).map(({ name, isConflict }) => [name, isConflict])).toEqual([
      ["a", true],
      ["c", false],
    ]);
  });
});

/** RFC 7396 as it is written. */
function applied(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const found: Record<string, unknown> = typeof target === "object" && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete found[name];
    else found[name] = applied(found[name], value);
  }
  return found;
}

describe("a patch", () => {
  test.each<[Fields, Fields]>([
    [{ a: "1" }, { a: "1" }],
    [{ a: "1", b: "2" }, { a: "3", c: "4" }],
    [{ a: { x: 1, y: 2 } }, { a: { x: 1 } }],
    [{ a: { x: 1 } }, { a: {} }],
    [{ a: "1" }, { a: { x: { y: [1, null] } } }],
    [{ a: [1, 2] }, { a: [2] }],
  ])("from %j to %j", (before, after) => {
    const patch = patchOf(before, after);
    expect(patch).not.toBeNull();
    expect(applied(before, patch)).toEqual(after);
  });

  test("has only what differs", () => {
    expect(patchOf({ a: "1", b: "2" }, { a: "1", b: "3" })).toEqual({ b: "3" });
  });

  test.each<Fields>([{ a: null }, { a: { b: null } }])("can't store the null of %j", (after) => {
    expect(patchOf({}, after)).toBeNull();
  });

  test("a null that is there already stays", () => {
    expect(patchOf({ a: null, b: "1" }, { a: null, b: "2" })).toEqual({ b: "2" });
  });
});
