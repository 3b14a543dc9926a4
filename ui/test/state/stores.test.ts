import { expect, test } from "vitest";
import { storesIn } from "../../src/pages/home/stores";

test("stores for secrets are found, and what ends with the token comes last", () => {
  const found = storesIn({
    "cubbyhole/": { type: "cubbyhole", options: null },
    "old/": { type: "kv", options: { version: "1" } },
    "pki/": { type: "pki", options: null },
    "team/": { type: "kv", options: { version: "2" } },
  });
  expect(found).toEqual([
    { mount: "old/", versioned: false, ends: false, need: "create old/new" },
    { mount: "team/", versioned: true, ends: false, need: "create team/data/new" },
    { mount: "cubbyhole/", versioned: false, ends: true, need: "create cubbyhole/new" },
  ]);
});
