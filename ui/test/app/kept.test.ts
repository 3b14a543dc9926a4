import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { session } from "../../src/api/session";
import { isAnythingKept, Kept } from "../../src/app/kept";

const SHARES = ["a share"];
let kept: Kept<string[]>;

beforeEach(() => {
  const nothing = () => undefined;
  vi.stubGlobal("sessionStorage", { setItem: nothing, removeItem: nothing });
  vi.stubGlobal("window", { setTimeout, clearTimeout, addEventListener: nothing, removeEventListener: nothing });
  session.begin("token-of-ann", { user: "ann", home: "" }, null, "");
  kept = new Kept();
  kept.set(SHARES);
});

afterEach(() => {
  session.end();
  vi.unstubAllGlobals();
});

test("its user has it again after a lock", () => {
  session.interrupt("idle");
  session.begin("another-token-of-ann", { user: "ann", home: "" }, null);
  expect(kept.current()).toBe(SHARES);
});

test("another user, who logs in over the pages of the first, doesn't see it", () => {
  session.interrupt("idle");
  session.begin("token-of-bob", { user: "bob", home: "" }, null);
  expect(kept.current()).toBeNull();
  expect(isAnythingKept()).toBe(true);
});

test("it goes with the session", () => {
  session.end();
  expect(kept.current()).toBeNull();
  expect(isAnythingKept()).toBe(false);
});
