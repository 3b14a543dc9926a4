import { expect, test } from "vitest";
import { isInFile } from "../../src/pages/audit/device";
import { bodyOf, filtersIn, joined, NOTHING_YET } from "../../src/pages/audit/log/logged";

test("a search has what was given, and a value in a list, for it may have commas", () => {
  const filters = filtersIn(new URLSearchParams("request_path= team/* &since=&path=file/"));
  expect(bodyOf(filters, "a,b")).toEqual({ request_path: "team/*", value: ["a,b"] });
  expect(bodyOf(filters, "")).toEqual({ request_path: "team/*" });
});

test("pieces add up, and how far the search has come", () => {
  const piece = { requests: [], before: "7-100", left_bytes: 100, oldest: "2030-01-02", unreadable: 1 };
  const first = joined(NOTHING_YET, piece);
  expect(first).toMatchObject({ before: "7-100", total: 100, left: 100, unreadable: 1 });
  const last = joined(first, { ...piece, before: "", left_bytes: 0, oldest: "" });
  expect(last).toMatchObject({ before: "", total: 100, left: 0, oldest: "2030-01-02", unreadable: 2 });
});

test.each([
  ["file", { file_path: "/var/log/audit.log" }, true],
  ["file", { path: "audit.log" }, true],
  ["file", { file_path: "STDOUT" }, false],
  ["file", { file_path: "discard" }, false],
  ["syslog", {}, false],
])("entries of %s %j are in a file: %s", (type, options, is) => expect(isInFile({ type, options })).toBe(is));
