import { describe, expect, test } from "vitest";
import { aboveOf, apiPath, depthOf, lockPath, nameFault, placeOf } from "../../src/pages/namespaces/place";

describe("where a namespace is administered", () => {
  test.each([
    ["", "team/", "sys/namespaces/team"],
    ["", "team/web", "team/sys/namespaces/web"],
    ["team", "team/web/", "sys/namespaces/web"],
    ["team", "team/web/a", "web/sys/namespaces/a"],
    ["a/b", "a/b/c/d/e", "c/d/sys/namespaces/e"],
  ])("from %j, %s at %s", (here, path, found) => {
    const place = placeOf(here, path);
    expect(place && apiPath(place)).toBe(found);
  });

  test.each([
    ["team", "team"],
    ["team", "other/web"],
    ["team", "teams/web"],
    ["team/web", "team"],
    ["", ""],
  ])("from %j, %s isn't reached", (here, path) => {
    expect(placeOf(here, path)).toBeNull();
  });

  test("it is locked from above", () => {
    const place = placeOf("", "team/web");
    expect(place && lockPath(place, "lock")).toBe("team/sys/namespaces/api-lock/lock/web");
  });
});

test("the one above, and how deep one is", () => {
  expect([aboveOf("a/b/c/"), aboveOf("a/")]).toEqual(["a/b", ""]);
  expect([depthOf("a/", ""), depthOf("a/b/c/", "a"), depthOf("a/b/", "")]).toEqual([0, 1, 1]);
});

test.each([
  ["team", null],
  ["équipe", null],
  ["Root", "reserved"],
  ["sys", "reserved"],
  ["a/b", "letters"],
  ["a b", "letters"],
  ["a%", "letters"],
  ["..", "letters"],
])("the name %s", (name, fault) => {
  expect(nameFault(name)).toBe(fault);
});
