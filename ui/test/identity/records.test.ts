import { expect, test } from "vitest";
import { changed } from "../../src/pages/identity/records";

test("of a record only what is different is sent, and all of a new one", () => {
  const now = { id: "1", name: "a", policies: null, metadata: { k: "v" }, member_group_ids: ["g"] };
  expect(changed({ name: "a", policies: [], metadata: { k: "v" }, member_group_ids: ["g", "h"] }, now)).toEqual({ member_group_ids: ["g", "h"] });
  expect(changed({ name: "b", policies: ["p"], metadata: {} }, now)).toEqual({ name: "b", policies: ["p"], metadata: {} });
  expect(changed({ name: "a", policies: [], metadata: {} }, null)).toEqual({ name: "a", policies: [], metadata: {} });
});
