import { expect, test } from "vitest";
import type { Reach } from "../../src/api/reach";
import { namedIn } from "../../src/pages/kv/named";

const CAN = (...capabilities: string[]) => ({ capabilities });
const REACH: Reach = {
  exact_paths: { "kv/data/app/key": CAN("read"), "kv/metadata/exact/": CAN("list"), "kv/data/written": CAN("create"), "old/key": CAN("read") },
  glob_paths: { "kv/metadata/web/": CAN("list", "read"), "kv/data/web/": CAN("read"), "kv/metadata/pre": CAN("list"), "kv/data/alone/": CAN("read") },
};
const KV = { mount: "kv/", type: "kv", versioned: true };

test.each([
  ["", ["app/key", "exact/", "web/"]],
  ["app/", ["key"]],
  ["other/", []],
])("what policies name in %o", (folder, found) => {
  expect(namedIn(REACH, KV, folder)).toEqual(found);
});

test("of an engine without versions", () => {
  expect(namedIn(REACH, { mount: "old/", type: "kv", versioned: false }, "")).toEqual(["key"]);
});

test("who may do all of it has no need of names", () => {
  expect(namedIn({ root: true }, KV, "")).toEqual([]);
});
