import { expect, test } from "vitest";
import { reachable, type Reach } from "../../src/api/reach";

const PREFIX = "sys/policies/acl/";
const rule = (...capabilities: string[]) => ({ capabilities });

const CASES: [string, Reach, string[]][] = [
  ["root reaches all", { root: true }, ["*"]],
  ["nobody reaches nothing", {}, []],
  ["a glob above reaches all", { glob_paths: { "sys/": rule("create") } }, ["*"]],
  ["a glob below reaches its names", { glob_paths: { "sys/policies/acl/team-": rule("create", "read") } }, ["team-*"]],
  ["an exact path is one name", { exact_paths: { "sys/policies/acl/web": rule("create") } }, ["web"]],
  ["the folder itself is no name", { exact_paths: { "sys/policies/acl/": rule("create") } }, []],
  ["another capability doesn't count", { exact_paths: { "sys/policies/acl/web": rule("read") } }, []],
];

test.each(CASES)("%s", (_, reach, found) => {
  expect(reachable(reach, "create", PREFIX)).toEqual(found);
});
