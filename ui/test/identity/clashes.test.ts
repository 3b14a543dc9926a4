import { expect, test } from "vitest";
import { clashesOf, keptOf } from "../../src/pages/identity/clashes";
import type { Alias, Entity } from "../../src/pages/identity/records";

const alias = (id: string, mount_accessor: string) => ({ id, mount_accessor }) as Alias;
const entity = (...aliases: Alias[]) => ({ aliases }) as Partial<Entity> as Entity;

test("of two aliases in a mount one stays: that of the entity itself, unless the other is chosen", () => {
  const clashes = clashesOf(entity(alias("a", "ldap"), alias("b", "oidc"), alias("c", "github")), entity(alias("x", "ldap"), alias("y", "oidc"), alias("z", "cert")));
  expect(keptOf(clashes, {})).toEqual(["a", "b"]);
  expect(keptOf(clashes, { oidc: "y" })).toEqual(["a", "y"]);
  expect(clashesOf({ ...entity(), aliases: null }, entity(alias("x", "ldap")))).toEqual([]);
});
