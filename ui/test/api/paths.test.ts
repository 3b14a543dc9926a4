import { describe, expect, test, vi } from "vitest";
import { send } from "../../src/api/client";
import { isRelative } from "../../src/api/paths";

test.each([
  ["team/data/../../sys/seal", true],
  ["team/./data", true],
  ["..", true],
  ["team/data/...", false],
  ["team/data/.env", false],
  ["team/data/%2e%2e", false],
])("whether %s is relative", (path, expected) => {
  expect(isRelative(path)).toBe(expected);
});

describe("a request", () => {
  test.each([
    ["identity/oidc/provider/../../../auth/userpass/users/authorize", undefined],
    ["sys/mounts", "équipe/../.."],
  ])("of %s isn't made where a browser would make another one", async (path, namespace) => {
    const fetched = vi.fn();
    vi.stubGlobal("fetch", fetched);
    await expect(send("POST", path, { data: {}, ...(namespace && { namespace }) })).rejects.toMatchObject({ kind: "invalid" });
    expect(fetched).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });
});
