import { describe, expect, test } from "vitest";
import type { Document } from "../../src/api/openapi";
import { capabilitiesOf, found, operationsIn, requestOf } from "../../src/pages/explorer/operations";

const described: object = {
  info: { title: "", version: "" },
  paths: {
    "/sys/mounts/{path}": {
      "x-vault-sudo": true,
      get: { summary: "Reads the settings of an engine.", tags: ["system"] },
      post: { summary: "Enables an engine.", tags: ["system"], requestBody: { content: { json: { schema: { $ref: "#/components/schemas/Mount" } } } } },
    },
    "/secret/{path}/": { get: { summary: "Lists names.", tags: ["secrets"], parameters: [{ name: "list", in: "query", required: true }, { name: "after", in: "query", description: "From there.", schema: { type: "string" } }] } },
  },
  components: { schemas: { Mount: { type: "object", properties: { type: { type: "string" } } } } },
};
const document = described as Document;
const operations = operationsIn(document);

describe("operations", () => {
  test("have what the description says", () => {
    expect(operations.map(({ verb, path, isList, variables, needsSudo }) => [verb, path, isList, variables, needsSudo])).toEqual([
      ["get", "sys/mounts/{path}", false, ["path"], true],
      ["post", "sys/mounts/{path}", false, ["path"], true],
      ["get", "secret/{path}/", true, ["path"], false],
    ]);
    expect(operations[1]?.body.properties).toHaveProperty("type");
    expect(operations[2]?.query).toEqual({ type: "object", properties: { after: { type: "string", description: "From there." } }, required: [] });
  });

  test.each([
    ["", "", 3],
    ["mounts ENABLES", "", 1],
    ["list", "", 1],
    ["", "system", 2],
    ["nothing like it", "", 0],
  ])("are found by %j in %j: %i", (text, tag, count) => {
    expect(found(operations, text, tag)).toHaveLength(count);
  });
});

describe("requests", () => {
  const [read, write, list] = operations;
  if (!read || !write || !list) throw new Error("no operations");

  test("have what was typed", () => {
    expect(requestOf(write, { path: "a/b" }, { type: "kv" })).toEqual({ method: "POST", path: "sys/mounts/a/b", query: {}, body: { type: "kv" }, isList: false });
    expect(requestOf(list, {}, { after: "x" })).toEqual({ method: "GET", path: "secret/{path}/", query: { list: "true", after: "x" }, body: null, isList: true });
  });

  test("and a capability each", () => {
    expect([read, write, list].map((each) => capabilitiesOf(requestOf(each, {}, {}))[0])).toEqual(["read", "update", "list"]);
  });
});
