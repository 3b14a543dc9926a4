import { describe, expect, test } from "vitest";
import { grouped } from "../../src/forms/grouped";
import { monthOf, monthsLater, monthText, weeksOf } from "../../src/pages/pki/calendar";
import { rowsOf } from "../../src/pages/pki/CertificateTable";
import { whole } from "../../src/pages/pki/merged";
import { fileName } from "../../src/pages/pki/PemText";
import { asUsual, isRunning, keptOf, withoutEffect } from "../../src/pages/pki/tidy";

describe("the calendar", () => {
  test("has weeks from Monday, and what ends on which day", () => {
    const weeks = weeksOf(new Date(2026, 1, 1), [{ notAfter: new Date(2026, 1, 28, 23, 59) }, { notAfter: new Date(2026, 2, 1) }]);
    expect(weeks.map((week) => week.map((day) => day?.date.getDate() ?? 0))).toEqual([
      [0, 0, 0, 0, 0, 0, 1],
      [2, 3, 4, 5, 6, 7, 8],
      [9, 10, 11, 12, 13, 14, 15],
      [16, 17, 18, 19, 20, 21, 22],
      [23, 24, 25, 26, 27, 28, 0],
    ]);
    expect(weeks.flat().filter((day) => day?.ending.length).map((day) => day?.date.getDate())).toEqual([28]);
  });

  test.each([
    ["2026-12", "2026-12"],
    ["2026-13", "2030-06"],
    ["<b>", "2030-06"],
    ["", "2030-06"],
  ])("%j is the month %s", (text, month) => {
    expect(monthText(monthOf(text, new Date(2030, 5, 15)))).toBe(month);
  });

  test("goes over years", () => {
    expect(monthText(monthsLater(new Date(2026, 11, 1), 1))).toBe("2027-01");
  });
});

describe("tidying", () => {
  const schema = { properties: { tidy_cert_store: { description: "Whether" }, tidy_acme: {}, page_size: { description: "Accepted for compatibility" }, tidy_revocation_list: { description: "An old name of" } } };

  test("is asked for as the mount does it by itself", () => {
    expect(asUsual({ tidy_cert_store: true, tidy_acme: false, tidy_revocation_list: true, enabled: true }, schema)).toEqual({ tidy_cert_store: "true" });
  });

  test("and by nothing that does nothing", () => {
    expect(withoutEffect(schema)).toEqual(["page_size", "tidy_revocation_list"]);
  });

  test("tells why how much is kept", () => {
    expect(keptOf({ certificates: { "not yet expired": 3 }, "counted all": true })).toEqual([{ what: "certificates", why: "not yet expired", count: 3 }]);
    expect(keptOf(null)).toEqual([]);
  });

  test.each([
    ["Running", true],
    ["Cancelling", true],
    ["Finished", false],
    ["Inactive", false],
  ])("%s", (state, running) => {
    expect(isRunning({ state })).toBe(running);
  });
});

test("a whole role is what it was, with what was changed, and nothing that no request takes", () => {
  const schema = { properties: { ttl: {}, key_type: {}, not_after: {} } };
  expect(whole(schema, { ttl: 60, key_type: "ec", not_after: null, revoked: true }, { ttl: 30 })).toEqual({ ttl: 30, key_type: "ec" });
});

test("fields come in groups, in the order of the groups", () => {
  const made = grouped({ properties: { c: {}, b: { type: "string" }, a: {} } }, [["Second", ["b"]], ["Third", ["c", "missing"]]]);
  expect(Object.entries(made.properties ?? {}).map(([name, { "x-vault-displayAttrs": shown }]) => [name, shown?.group])).toEqual([["a", undefined], ["b", "Second"], ["c", "Third"]]);
});

test.each([
  ["www.example.com", "www.example.com"],
  ["*.example.com", "wildcard.example.com"],
  ["../../a b/ü", "_.._a_b_"],
  ["", "certificate"],
])("a file for %j is called %s", (name, file) => {
  expect(fileName(name)).toBe(file);
});

test("a certificate without a common name is shown by another one", () => {
  const entry = { common_name: "", dns_names: ["b.example.com"], issuer: "", issuer_id: "", not_before: "2026-01-01T00:00:00Z", not_after: "2027-01-01T00:00:00Z", revocation_time_rfc3339: "2026-02-01T00:00:00Z", role: "web", key_type: "ec", key_bits: 256 };
  expect(rowsOf({ keys: ["01", "02"], key_info: { "01": entry } })).toMatchObject([{ serial: "01", name: "b.example.com", isRevoked: true }]);
});
