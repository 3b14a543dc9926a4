import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { read, send, write } from "../../src/api/client";
import { session } from "../../src/api/session";

const asked: string[] = [];
/** Answers what was asked last. */
let answer: () => void;

beforeEach(() => {
  const nothing = () => undefined;
  vi.stubGlobal("sessionStorage", { setItem: nothing, removeItem: nothing });
  vi.stubGlobal("window", { setTimeout, clearTimeout });
  vi.stubGlobal("fetch", (path: string, { method }: RequestInit) => {
    asked.push(`${method} ${path}`);
    return new Promise<Response>((resolve) => {
      answer = () => resolve(Response.json({ data: { value: "of the first" } }));
    });
  });
  asked.length = 0;
  session.begin("token-of-ann", { user: "ann", home: "" }, null, "one");
});

afterEach(() => {
  session.end();
  vi.unstubAllGlobals();
});

test.each([
  ["enters another namespace", () => session.enter("two")],
  ["logs out", () => session.end()],
  ["leaves the tab to somebody else", () => session.begin("token-of-bob", { user: "bob", home: "" }, null)],
])("who %s gets no answer, and the next request of the same work isn't made", async (_, leave) => {
  const work = (async () => {
    const { value } = await read<{ value: string }>("team/old");
    await write("team/new", { value });
  })();
  leave();
  answer();
  await expect(work).rejects.toMatchObject({ kind: "left", path: "team/old" });
  expect(asked).toEqual(["GET /v1/team/old"]);
});

test("who is back meanwhile gets it", async () => {
  const work = read("team/old");
  session.enter("two");
  session.interrupt("idle");
  session.begin("another-token-of-ann", { user: "ann", home: "" }, null, "one");
  answer();
  await expect(work).resolves.toEqual({ value: "of the first" });
});

test("what names its namespace and its token is of no session", async () => {
  const work = send("GET", "sys/seal-status", { token: "", namespace: "" });
  session.enter("two");
  session.end();
  answer();
  await expect(work).resolves.toBeDefined();
});
