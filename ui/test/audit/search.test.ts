import { describe, expect, test } from "vitest";
import { hitOf, searched } from "../../src/pages/audit/search";

const entry = (id: string, type: string, more: object = {}) =>
  JSON.stringify({ time: "2026-01-31T08:00:00Z", type, auth: { display_name: "anna" }, request: { id, operation: "read", path: "secret/data/web", remote_address: "10.0.0.1", data: { value: "hmac-sha256:aa" } }, ...more });

async function* cut(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

describe("a search in a log", () => {
  const log = [entry("1", "request"), entry("1", "response"), entry("2", "request", { error: "1 error occurred:\n\t* permission denied\n\n" }), entry("3", "request").replace("hmac-sha256:aa", "hmac-sha256:bb"), ""].join("\n");

  test.each([1, 7, 10_000])("finds each request once, however the file is cut (%i)", async (size) => {
    const found = await searched(cut(log, size), "hmac-sha256:aa", () => undefined);
    expect(found.lines).toBe(4);
    expect(found.hits.map(({ id, outcome }) => [id, outcome])).toEqual([["1", "ok"], ["2", "denied"]]);
  });

  test("takes a last line without an end, and counts lines that are no JSON", async () => {
    const found = await searched(cut(`<x>hmac-sha256:aa</x>\n${entry("1", "request")}`, 5), "hmac-sha256:aa", () => undefined);
    expect([found.unread, found.requests, found.hits[0]?.outcome]).toEqual([1, 1, "unanswered"]);
  });

  test("lists a bounded number, and counts the rest", async () => {
    const many = Array.from({ length: 700 }, (_, id) => entry(String(id), "response")).join("\n");
    const found = await searched(cut(many, 1000), "hmac-sha256:aa", () => undefined);
    expect([found.hits.length, found.requests]).toEqual([500, 700]);
  });

  test("an entry behind a prefix is read, and anything else is none", () => {
    expect(hitOf(`audit: ${entry("9", "response")}`)?.id).toBe("9");
    expect(hitOf("[]")).toBeNull();
    expect(hitOf("{")).toBeNull();
  });
});
