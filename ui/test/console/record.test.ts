import { expect, test, vi } from "vitest";
import { session } from "../../src/api/session";
import { record } from "../../src/pages/console/record";

test("what was run stays over a lock, and ends with the session or with another one", () => {
  const nothing = () => undefined;
  vi.stubGlobal("sessionStorage", { setItem: nothing, removeItem: nothing });
  vi.stubGlobal("window", { setTimeout, clearTimeout });
  const lines = () => record.current().lines;
  session.begin("token-of-ann", { user: "ann", home: "" }, null, "");
  record.begin("read a");
  session.interrupt("idle");
  expect(lines()).toEqual(["read a"]);
  session.begin("token-of-bob", { user: "bob", home: "" }, null);
  expect(lines()).toEqual([]);
  record.begin("read b");
  session.end();
  expect(lines()).toEqual([]);
  vi.unstubAllGlobals();
});
