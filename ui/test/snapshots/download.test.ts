import { expect, test } from "vitest";
import { nameIn } from "../../src/pages/snapshots/download";
import { valuesOf } from "../../src/pages/snapshots/values";

test.each([
  ['attachment; filename="strongroom-22.snap"', "strongroom-22.snap"],
  ['attachment; filename="../../etc/passwd"', "strongroom.snap"],
  [null, "strongroom.snap"],
])("the name of a download in %s is %s", (header, name) => expect(nameIn(header)).toBe(name));

test("a secret's fields are those of its version; of a deleted version there are none", () => {
  expect(valuesOf({ data: { a: "1" }, metadata: { version: 1 } }, true)).toEqual({ a: "1" });
  expect(valuesOf({ data: null, metadata: { version: 1 } }, true)).toBeNull();
  expect(valuesOf({ data: "a field of this name" }, false)).toEqual({ data: "a field of this name" });
});
