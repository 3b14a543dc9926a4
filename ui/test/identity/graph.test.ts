import { describe, expect, test } from "vitest";
import { around, type Graph, placed, type Reader } from "../../src/pages/identity/graph";
import type { Entity, Group } from "../../src/pages/identity/records";

const group = (id: string, more: Partial<Group> = {}): Group => ({
  id,
  name: `the ${id}`,
  type: "internal",
  policies: [id],
  metadata: null,
  member_entity_ids: null,
  member_group_ids: null,
  parent_group_ids: null,
  alias: {},
  creation_time: "",
  last_update_time: "",
  ...more,
});

const GROUPS: Record<string, Group> = {
  web: group("web", { member_entity_ids: ["eva", "tom"], parent_group_ids: ["all"] }),
  ops: group("ops", { member_entity_ids: ["eva"], parent_group_ids: ["all"] }),
  all: group("all", { member_group_ids: ["web", "ops"] }),
};

const reader = (groups = GROUPS, direct: string[] = ["web", "ops"]): Reader => ({
  entity: (id) => Promise.resolve({ id, name: "Eva", policies: ["staff"], direct_group_ids: direct } as unknown as Entity),
  group: (id) => Promise.resolve(groups[id] ?? null),
  nameOf: (_, id) => id,
});

const names = ({ nodes }: Graph) => nodes.map(({ id }) => id).sort();

describe("what is around", () => {
  test("an entity: its groups and those above them, each once", async () => {
    const found = await around("entity", "eva", reader());
    expect(names(found)).toEqual(["all", "eva", "ops", "web"]);
    expect(found.edges).toHaveLength(4);
  });

  test("a group: what is in it, however deep", async () => {
    const found = await around("group", "all", reader());
    expect(names(found)).toEqual(["all", "eva", "ops", "tom", "web"]);
    expect(found.edges).toContainEqual({ from: "tom", to: "web" });
  });

  test("a group in the middle: not what is in others of the groups above it", async () => {
    expect(names(await around("group", "web", reader()))).toEqual(["all", "eva", "tom", "web"]);
  });

  test("what can't be read is there by its id", async () => {
    const found = await around("entity", "eva", reader({}, ["hidden"]));
    expect(found.nodes.find(({ id }) => id === "hidden")).toEqual({ id: "hidden", kind: "group", name: "hidden", policies: null });
  });

  test("of many members some are left out, and counted", async () => {
    const many = Array.from({ length: 5000 }, (_, index) => `e${index}`);
    const found = await around("group", "web", reader({ web: group("web", { member_entity_ids: many }) }));
    expect(found.nodes).toHaveLength(61);
    expect(found.leftOut).toBe(4940);
  });

  test("a circle, which the server doesn't allow, ends", async () => {
    const circle = { a: group("a", { parent_group_ids: ["b"], member_group_ids: ["b"] }), b: group("b", { parent_group_ids: ["a"], member_group_ids: ["a"] }) };
    const found = await around("group", "a", reader(circle));
    expect(names(found)).toEqual(["a", "b"]);
    expect(placed(found)).toHaveLength(2);
  });
});

test("members are drawn on the left of their groups, and no two at one place", async () => {
  const boxes = placed(await around("group", "all", reader()));
  const at = new Map(boxes.map(({ id, column }) => [id, column]));
  expect([at.get("eva"), at.get("web"), at.get("all")]).toEqual([0, 1, 2]);
  expect(new Set(boxes.map(({ column, row }) => `${column} ${row}`)).size).toBe(boxes.length);
});
