import { expect, test } from "vitest";
import { namedIn } from "../../src/api/below";

test("names that rules have in full are told once, in their order", () => {
  expect(namedIn(["web", "team-*", "*"], ["api", "web", "a/b", ""], [])).toEqual(["api", "web"]);
});
