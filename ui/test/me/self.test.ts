import { expect, test } from "vitest";
import { accountOf, pathsIn } from "../../src/pages/me/self";

test.each([
  ["auth/userpass/login/eva", { mount: "auth/userpass", name: "eva", namespace: "" }],
  ["auth/teams/people/login/a b", { mount: "auth/teams/people", name: "a b", namespace: "" }],
  ["auth/approle/login", null],
  ["auth/token/create", null],
])("%s comes from %j", (path, account) => {
  expect(accountOf({ path })).toEqual(account);
});

test("an account is in the namespace of its token", () => {
  expect(accountOf({ path: "auth/userpass/login/eva", namespace_path: "above/team/" })).toMatchObject({ namespace: "above/team" });
});

test("paths, one on each line, as the API has them", () => {
  expect(pathsIn("/v1/secret/data/a\n\n secret/data/a \nsys/mounts/")).toEqual(["secret/data/a", "sys/mounts/"]);
});
