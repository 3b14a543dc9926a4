import { expect, test } from "vitest";
import { named } from "../../src/api/client";

test.each([
  ["", "", ""],
  ["team/web", "team/web", ""],
  ["a&b=c", "a&b=c", ""],
  ["équipe/web", "", "%C3%A9quipe/web/"],
])("the namespace %j", (namespace, header, prefix) => {
  expect(named(namespace)).toEqual([header, prefix]);
});
