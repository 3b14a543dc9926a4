import { describe, expect, test } from "vitest";
import type { Auth } from "../../src/api/client";
import { ApiError } from "../../src/api/errors";
import { basisOfError, goneIn } from "../../src/pages/kv/basis";
import { changesOf } from "../../src/pages/kv/changes";
import { insideOf } from "../../src/pages/kv/inside";
import { bodyOf } from "../../src/pages/kv/searching";

const error = (kind: "missing" | "denied" | "unavailable", document?: unknown) => new ApiError(kind, 0, [], "GET", "a", 0, document);
const GONE = { data: { data: null, metadata: { version: 3, destroyed: false, created_time: "", deletion_time: "", custom_metadata: null } } };

describe("a form is based", () => {
  test("on the version that was deleted", () => {
    expect(basisOfError(true, error("missing", GONE))).toMatchObject({ version: 3, exists: true });
  });

  test("on nothing where nothing is", () => {
    expect(basisOfError(true, error("missing"))).toMatchObject({ version: 0, exists: false });
  });

  test("on what nobody knows where reading is forbidden", () => {
    expect(basisOfError(true, error("denied"))).toMatchObject({ version: null, isRead: false, exists: null });
  });

  test("on nothing at all while the server fails", () => {
    expect(basisOfError(true, error("unavailable"))).toBeNull();
  });
});

test.each([undefined, {}, { data: null }, { data: { metadata: {} } }, { errors: [] }])("the document %j tells of no version", (document) => {
  expect(goneIn(error("missing", document))).toBeNull();
});

test("versions differ by what was added, removed and changed, whatever the order of names", () => {
  const kinds = changesOf({ a: "1", b: "1", c: { x: 1, y: 2 } }, { b: "2", c: { y: 2, x: 1 }, d: "1" }).map(({ name, kind }) => `${name} ${kind}`);
  expect(kinds).toEqual(["a removed", "b changed", "c same", "d added"]);
});

describe("what was wrapped is shown", () => {
  test("of a versioned secret its fields", () => {
    expect(insideOf({ data: { data: { a: "b" }, metadata: { version: 1 } }, auth: null })).toEqual({ a: "b" });
  });

  test("of a plain secret its fields, also where one is called data", () => {
    expect(insideOf({ data: { data: { a: "b" }, metadata: "c" }, auth: null })).toEqual({ data: { a: "b" }, metadata: "c" });
  });

  test("of a login the token", () => {
    const auth: Auth = { client_token: "hvs.a", accessor: "b", policies: null, metadata: null, lease_duration: 0, renewable: false, entity_id: "", token_type: "service", mfa_requirement: null };
    expect(insideOf({ data: null, auth })).toEqual({ token: "hvs.a", accessor: "b" });
  });
});

test("a search asks for what was given alone", () => {
  expect(bodyOf({ text: "a", mount: "", name: "", value: "b" }, "")).toEqual({ text: "a", limit: 100 });
  expect(bodyOf({ text: "", mount: "team/", name: "owner", value: "" }, "x")).toEqual({ text: "", limit: 100, mount: ["team/"], metadata: { owner: "" }, after: "x" });
});
