import { describe, expect, test } from "vitest";
import { bodyOf, createPath, NOTHING } from "../../src/pages/tokens/token";
import { bodyOf as withdrawalBody, countedLink, rowsOf, selectionIn, selects, summed } from "../../src/pages/tokens/withdrawals/withdrawal";

describe("a token that is wanted", () => {
  test.each([
    ["", false, false, "auth/token/create"],
    ["", true, true, "auth/token/create"],
    ["", true, false, "auth/token/create-orphan"],
    ["build", true, false, "auth/token/create/build"],
  ])("by the role %j, orphan %s, with sudo %s is made at %s", (role, orphan, sudo, path) => {
    expect(createPath(role, orphan, sudo)).toBe(path);
  });

  test("is asked for by what was typed alone", () => {
    expect(bodyOf(NOTHING, "auth/token/create")).toEqual({});
    const wanted = { ...NOTHING, policies: " a, b\nc ", ttl: " 1h ", num_uses: 0, renewable: false, orphan: true, meta: [["team", " web"], [" ", "x"]] as [string, string][] };
    expect(bodyOf(wanted, "auth/token/create")).toEqual({ policies: ["a", "b", "c"], ttl: "1h", num_uses: 0, renewable: false, no_parent: true, meta: { team: " web" } });
    expect(bodyOf(wanted, "auth/token/create-orphan")).not.toHaveProperty("no_parent");
  });
});

describe("a withdrawal", () => {
  test("is in its address as it was typed", () => {
    const selection = { ...selectionIn(new URLSearchParams()), network: "10.0.0.0/8, 192.0.2.1", mount: "auth/a&b/", block: true };
    const address = new URL(countedLink(selection), "http://x");
    expect(selectionIn(address.searchParams)).toEqual(selection);
    expect(withdrawalBody(selection)).toEqual({ network: ["10.0.0.0/8", "192.0.2.1"], mount: "auth/a&b/", block: true });
  });

  test("selects by more than a time or a role", () => {
    const nothing = selectionIn(new URLSearchParams("since=24h&role=x"));
    expect(selects(nothing)).toBe(false);
    expect(selects({ ...nothing, mount: "db/" })).toBe(true);
  });

  test("counts by kind and mount, largest first", () => {
    const found = summed({ leases: { "db/": 1 } }, { leases: { "db/": 2 }, tokens: { "auth/token/": 9 } });
    expect(rowsOf(found, { leases: { "db/": 1 } })).toEqual([
      { kind: "tokens", mount: "auth/token/", count: 9, undetermined: 0 },
      { kind: "leases", mount: "db/", count: 3, undetermined: 1 },
    ]);
  });
});
