import { describe, expect, test } from "vitest";
import { ApiError, kindOf, passes, waitOf } from "../../src/api/errors";

const failed = (status: number, texts: string[] = [], retryAfter = 0) => new ApiError(kindOf(status, texts), status, texts, "GET", "x", retryAfter);

describe("what an answer means", () => {
  test.each([
    [400, [], "invalid"],
    [403, [], "denied"],
    [404, [], "missing"],
    [405, [], "invalid"],
    [412, [], "invalid"],
    [429, [], "limited"],
    [500, [], "unavailable"],
    [501, [], "uninitialised"],
    [503, ["Vault is sealed"], "sealed"],
    [503, ["namespace is sealed"], "closed"],
    [503, ["the store does not answer"], "unavailable"],
  ])("%i %j is %s", (status, texts, kind) => {
    expect(kindOf(status, texts)).toBe(kind);
  });
});

describe("what passes by itself", () => {
  test.each([429, 500, 503])("%i does", (status) => expect(passes(failed(status))).toBe(true));
  test.each([400, 403, 404, 405, 412])("%i doesn't", (status) => expect(passes(failed(status))).toBe(false));
  test("a fault of the page doesn't", () => expect(passes(new TypeError("x"))).toBe(false));

  test("it is asked for again when the server says, and else less and less", () => {
    expect(waitOf(failed(429, [], 7), 1)).toBe(7_000);
    expect(waitOf(failed(503), 1)).toBe(3_000);
    expect(waitOf(failed(503), 4)).toBe(12_000);
    expect(waitOf(failed(503), 400)).toBe(30_000);
  });
});
