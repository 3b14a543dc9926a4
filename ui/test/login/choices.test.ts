import { describe, expect, test } from "vitest";
import { firstOf, visibleIn, waysOf } from "../../src/pages/login/choices";
import { METHODS, methodOf, requestOf, withoutSecrets } from "../../src/pages/login/methods";

const visible = visibleIn({ "userpass/": { type: "userpass", description: "" }, "teams/sso/": { type: "oidc", description: "Company" } });

describe("the ways that are offered", () => {
  test("every type, and mounts that aren't where one would look", () => {
    const ways = waysOf(visible, {});
    expect(ways[0]).toEqual({ id: "oidc:teams/sso", type: "oidc", mount: visible[1] });
    expect(ways.slice(1).map(({ id }) => id)).toEqual(METHODS.map(({ type }) => type));
  });

  test("those that the namespace names, and a token", () => {
    const ways = waysOf(visible, { default_auth_type: "ldap", backup_auth_types: ["userpass", "saml"] });
    expect(ways.map(({ id }) => id)).toEqual(["ldap", "userpass", "token", "wrapped"]);
  });
});

describe("the way that is shown first", () => {
  const ways = waysOf(visible, {});
  const none = { asked: "", before: null, rule: {}, visible: [] };
  test.each([
    [none, "token"],
    [{ ...none, visible }, "userpass"],
    [{ ...none, visible, asked: "teams/sso/" }, "oidc:teams/sso"],
    [{ ...none, visible, asked: "token" }, "token"],
    [{ ...none, asked: "wrapped" }, "wrapped"],
    [{ ...none, asked: "nonsense", rule: { default_auth_type: "ldap" } }, "ldap"],
    [{ ...none, visible, before: { type: "oidc", mount: "teams/sso" } }, "oidc:teams/sso"],
    [{ ...none, visible, before: { type: "ldap", mount: "ldap" } }, "ldap"],
  ])("%j: %s", (wishes, id) => {
    expect(firstOf(ways, wishes)).toBe(id);
  });
});

describe("a login's request", () => {
  test("has the name in its path alone", () => {
    expect(requestOf(methodOf("userpass"), "/people/", { username: "a b", password: "p" })).toEqual({ path: "auth/people/login/a b", body: { password: "p" } });
  });

  test("after it nothing secret remains in the form", () => {
    expect(withoutSecrets(methodOf("approle"), { role_id: "r", secret_id: "s" })).toEqual({ role_id: "r" });
    expect(withoutSecrets(methodOf("kubernetes"), { role: "r", jwt: "j" })).toEqual({ role: "r" });
  });
});
