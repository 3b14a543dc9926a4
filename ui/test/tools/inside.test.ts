import { expect, test } from "vitest";
import type { Auth } from "../../src/api/client";
import { fieldsInside } from "../../src/pages/tools/inside";

test("of a version the values, of anything else all of it", () => {
  expect(fieldsInside({ data: { data: { a: "b" }, metadata: { version: 1 } }, auth: null })).toEqual({ a: "b" });
  expect(fieldsInside({ data: { data: { a: "b" }, metadata: "x" }, auth: null })).toEqual({ data: { a: "b" }, metadata: "x" });
  expect(fieldsInside({ data: { a: 1 }, auth: null })).toEqual({ a: 1 });
  expect(fieldsInside({ data: null, auth: null })).toEqual({});
});

test("of a login the token", () => {
  const auth: Auth = { client_token: "t", accessor: "x", policies: null, metadata: null, lease_duration: 60, renewable: true, entity_id: "e", token_type: "service", mfa_requirement: null };
  expect(fieldsInside({ data: null, auth })).toMatchObject({ client_token: "t", policies: [], metadata: {} });
});
