import { expect, test } from "vitest";
import { askedBy } from "../../src/api/capabilities";

test("a listing is judged by its path with a slash, and what it needs beside too", () => {
  expect(askedBy(["list db/roles", "read db/roles", "list kv/", "sudo sys/audit"])).toEqual(["db/roles/", "db/roles", "kv/", "sys/audit"]);
  expect(askedBy(["list sys/leases", "sudo sys/leases"])).toEqual(["sys/leases/", "sys/leases/"]);
  expect(askedBy(["scan team"])).toEqual(["team/"]);
});
