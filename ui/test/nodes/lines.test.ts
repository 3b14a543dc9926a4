import { describe, expect, test } from "vitest";
import { kept, lineOf, MOST_LINES, parted, written } from "../../src/pages/nodes/lines";
import { bytes } from "../../src/components/bytes";
import { processors } from "../../src/pages/nodes/machine";

describe("the server's log", () => {
  test("is parted into whole lines, and what isn't whole waits", () => {
    expect(parted('{"a":1}\n\n{"b"')).toEqual({ lines: ['{"a":1}'], rest: '{"b"' });
    expect(parted("")).toEqual({ lines: [], rest: "" });
  });

  test("a line has its level, its logger and the rest", () => {
    const line = lineOf(7, '{"@level":"info","@message":"mount moved","@module":"core","@timestamp":"2026-01-31T08:00:00Z","to":"b/","n":2}');
    expect(line).toMatchObject({ id: 7, level: "info", logger: "core", message: "mount moved", more: "to=b/ n=2" });
    expect(written(line)).toBe("2026-01-31T08:00:00Z [INFO] core: mount moved to=b/ n=2");
  });

  test.each(["plain text", "null", "3"])("what is no object is shown as it is: %s", (text) => {
    expect(written(lineOf(1, text))).toBe(text);
  });

  test("only the newest lines are kept", () => {
    const many = Array.from({ length: MOST_LINES + 5 }, (_, id) => lineOf(id, "x"));
    expect(kept(many.slice(0, 10), many.slice(10)).map(({ id }) => id)[0]).toBe(5);
  });
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KiB"],
  [25_276_514_304, "24 GiB"],
])("%i bytes are %s", (count, text) => expect(bytes(count)).toBe(text));

test("processors of one kind are counted together", () => {
  expect(processors([{ modelName: "a", mhz: 1 }, { modelName: "b", mhz: 1 }, { modelName: "a", mhz: 1 }])).toEqual([{ model: "a", count: 2 }, { model: "b", count: 1 }]);
});
