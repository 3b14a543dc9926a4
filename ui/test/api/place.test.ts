import { expect, test } from "vitest";
import { holdsToken, movedTo, placedIn } from "../../src/app/placed";

test.each([
  ["", "/secrets", "/secrets"],
  ["a/b", "/secrets", "/secrets?namespace=a%2Fb"],
  ["é", "/secrets/kv?mount=k%2F&path=100%25", "/secrets/kv?mount=k%2F&path=100%25&namespace=%C3%A9"],
  ["a", "/?namespace=b", "/?namespace=b"],
  ["a", "#main", "#main"],
])("in the namespace %j, %s is %s", (namespace, to, placed) => {
  expect(placedIn(namespace, to)).toBe(placed);
});

test.each([
  ["", "?namespace=a&with=token", "?with=token"],
  ["", "?namespace=a", ""],
  ["b", "?mount=k%2F&namespace=a", "?mount=k%2F&namespace=b"],
  ["a", "?path=x%20y&namespace=a", "?path=x%20y&namespace=a"],
  ["", "?path=x%20y", "?path=x%20y"],
])("to the namespace %j, %s is moved as %s", (namespace, search, moved) => {
  expect(movedTo(namespace, search)).toBe(moved);
});

test.each([
  ["/tokens/token?accessor=hvs.CAESIJ1BnWc0ebrv9xTl4DFe", true],
  ["/leases/search?after=1&account=+hvb.AAAAAQJ1BnWc0ebrv9xTl4DFe%0A", true],
  ["/tokens/token?accessor=9xTl4DFeCAESIJ1BnWc0ebrv", false],
  ["/secrets/kv/secret?mount=kv/&path=ci/hvs.CAESIJ1BnWc0ebrv9xTl4DFe.txt", false],
  ["/tokens", false],
])("%s has a token in it: %s", (to, holds) => {
  expect(holdsToken(to)).toBe(holds);
});
