import { expect, test } from "vitest";
import { linksIn } from "../../src/components/Announcements";

test("links lead somewhere and do nothing", () => {
  const good = { Help: "https://help.example/a?b", Plain: "HTTP://help.example", Mail: "mailto:ops@example.com", Here: "/ui/me" };
  const bad = { a: "javascript:alert(1)", b: " javascript:alert(1)", c: "JAVASCRIPT://%0aalert(1)", d: "data:text/html,x", e: "vbscript:x", f: "" };
  expect(linksIn({ ...good, ...bad })).toEqual(Object.entries(good));
  expect(linksIn(null)).toEqual([]);
});
