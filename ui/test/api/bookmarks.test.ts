import { expect, test } from "vitest";
import { ofVault } from "../../src/app/bookmarks";

test.each([
  ["/secrets", "", null],
  ["/vault", "", "/"],
  ["/vault/dashboard", "?namespace=team", "/?namespace=team"],
  ["/vault/auth", "?with=oidc%2F&namespace=team", "/?with=oidc%2F&namespace=team"],
  ["/vault/auth", "?redirect_to=%2Fvault%2Fsecrets%2Fkv%2Fshow%2Fweb%2Fdb%3Fnamespace%3Dteam&with=oidc", "/secrets/kv/secret?mount=kv%2F&path=web%2Fdb&namespace=team"],
  ["/vault/auth", "?redirect_to=https%3A%2F%2Felsewhere.test%2F", "/"],
  ["/vault/secrets", "", "/secrets"],
  ["/vault/secrets/kv/list/web/", "", "/secrets/kv?mount=kv%2F&path=web%2F"],
  ["/vault/secrets/kv/show/web/db", "?version=2", "/secrets/kv/secret?mount=kv%2F&path=web%2Fdb&version=2"],
  ["/vault/secrets/a%2Fb/kv/list/web%2F", "", "/secrets/kv?mount=a%2Fb%2F&path=web%2F"],
  ["/vault/secrets/kv/kv/web%2F100%25/details", "?namespace=team", "/secrets/kv/secret?mount=kv%2F&path=web%2F100%25&namespace=team"],
  ["/vault/secrets/pki/pki/overview", "", "/secrets"],
  ["/vault/policy/acl/web", "", "/policies/edit?name=web"],
  ["/vault/policies/acl", "", "/policies"],
])("%s%s is %s here", (path, search, found) => {
  expect(ofVault(path, search)).toBe(found);
});
