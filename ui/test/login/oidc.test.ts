import { describe, expect, test } from "vitest";
import { doorOf } from "../../src/pages/login/doors";
import { redirectOf } from "../../src/pages/login/oidc";
import { returnedFrom, returnedIn } from "../../src/pages/login/returned";

describe("addresses that other systems lead to", () => {
  test.each([
    ["/ui/vault/auth/oidc/oidc/callback", { kind: "callback" }],
    ["/ui/vault/auth/teams/sso/oidc/callback", { kind: "callback" }],
    ["/ui/vault/identity/oidc/provider/staff/authorize", { kind: "authorize", namespace: "", provider: "staff" }],
    ["/ui/vault/team/web/identity/oidc/provider/a%20b/authorize", { kind: "authorize", namespace: "team/web", provider: "a b" }],
    ["/ui/vault/identity/oidc/provider/%zz/authorize", { kind: "authorize", namespace: "", provider: "%zz" }],
    ["/ui/secrets", null],
    ["/ui/vault/auth", null],
    ["/ui/x/vault/auth/oidc/oidc/callback", null],
  ])("%s", (path, door) => {
    expect(doorOf(path)).toEqual(door);
  });
});

describe("where a provider leads back to", () => {
  test("as it is written in a role", () => {
    expect(redirectOf("https://vault.example", "teams/s s", "")).toBe("https://vault.example/ui/vault/auth/teams/s%20s/oidc/callback");
    expect(redirectOf("https://vault.example", "oidc", "team/web")).toBe("https://vault.example/ui/vault/auth/oidc/oidc/callback?namespace=team%2Fweb");
  });
});

describe("what comes back", () => {
  test("by the address", () => {
    expect(returnedIn("?state=s,ns=team&code=c&error=access_denied&error_description=not+you")).toEqual({ state: "s,ns=team", code: "c", iss: "", error: "access_denied", description: "not you" });
  });

  test("by a message", () => {
    expect(returnedFrom({ source: "oidc-callback", path: "oidc", state: "s", code: "c" })).toEqual({ state: "s", code: "c", iss: "", error: "", description: "" });
    expect(returnedFrom({ state: "s", code: 3 })?.code).toBe("");
    expect(returnedFrom({ code: "c" })).toBeNull();
    expect(returnedFrom("s")).toBeNull();
    expect(returnedFrom(null)).toBeNull();
  });
});
