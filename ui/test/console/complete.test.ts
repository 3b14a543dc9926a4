import { describe, expect, test } from "vitest";
import type { Document } from "../../src/api/openapi";
import { canList, completed, described, folderIn, wantedIn } from "../../src/pages/console/complete";

describe("what may follow", () => {
  test.each([
    ["", "command", ""],
    ["kv g", "command", "g"],
    ["kv get ", "secret", ""],
    ["kv get secret/we", "secret", "secret/we"],
    ["kv get -mount=team 'web/a", "secret", "web/a"],
    ["read a b", "nothing", "b"],
    ["read -fo", "flag", "-fo"],
    ["policy read te", "policy", "te"],
    ["token lookup x", "nothing", "x"],
    ["nonsense ", "command", ""],
  ])("%j: %s", (line, kind, typed) => {
    expect(wantedIn(line)).toMatchObject({ kind, typed });
  });

  test("commands, one word after the other", () => {
    expect(wantedIn("kv m").known).toEqual(["metadata "]);
    expect(wantedIn("kv metadata ").known).toEqual(["delete ", "get ", "patch ", "put "]);
    expect(wantedIn("help l").known).toEqual(["lease ", "list "]);
    expect(wantedIn("read -fi").known).toEqual(["-field="]);
  });

  test("the mount of a flag", () => {
    expect(wantedIn("kv get -mount=team/ w").mount).toBe("team/");
  });
});

describe("completion", () => {
  const complete = (line: string, names: string[]) => completed(line, wantedIn(line), names);

  test("as far as all agree", () => {
    expect(complete("read se", ["secret/", "secret2/", "sys/"])).toEqual({ line: "read secret", proposals: ["secret/", "secret2/"] });
    expect(complete("read sec", ["secret/"])).toEqual({ line: "read secret/", proposals: ["secret/"] });
    expect(complete("read x", ["secret/"])).toEqual({ line: "read x", proposals: [] });
  });

  test("quotes a name that needs it", () => {
    expect(complete("kv get te", ["team/a b"]).line).toBe("kv get 'team/a b'");
    expect(complete("kv get 'team/a", ["team/a b", "team/a c"])).toMatchObject({ line: "kv get 'team/a '" });
  });
});

describe("paths of the description", () => {
  const listing = { parameters: [{ name: "list", in: "query" as const, required: true }] };
  const document: Document = {
    info: { title: "", version: "" },
    paths: { "/sys/mounts/{path}": {}, "/sys/mounts": {}, "/sys/policies/acl/": { get: listing }, "/auth/{mount}/users/": { get: listing }, "/team/metadata/{path}/": { get: listing }, "/team/metadata/": { get: listing } },
  };

  test("go on part by part", () => {
    expect(described(document, "")).toEqual(["sys/", "auth/", "team/"]);
    expect(described(document, "sys/")).toEqual(["sys/mounts/", "sys/mounts", "sys/policies/"]);
    expect(described(document, "auth/userpass/")).toEqual(["auth/userpass/users"]);
  });

  test("and say where there are names", () => {
    expect(["sys/policies/acl/", "auth/userpass/users/", "team/metadata/", "team/metadata/a/b/", "sys/mounts/"].map((folder) => canList(document, folder))).toEqual([true, true, true, true, false]);
  });
});

test("the folder of a path", () => {
  expect(["", "a", "a/", "a/b"].map(folderIn)).toEqual(["", "", "a/", "a/"]);
});
