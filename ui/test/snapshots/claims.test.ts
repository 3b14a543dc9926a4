import { describe, expect, test } from "vitest";
import { claimsOf } from "../../src/pages/snapshots/claims";

const OWN = { created_at: 1795917460.5, rows: 124, cluster_name: "prod", cluster_id: "1-2" };

/** A compressed tar archive with one file in it. */
function packed(name: string, content: string): Promise<Blob> {
  const header = new Uint8Array(512);
  header.set(new TextEncoder().encode(name));
  header.set(new TextEncoder().encode(content.length.toString(8).padStart(11, "0")), 124);
  const body = new Uint8Array(512 * Math.ceil(content.length / 512));
  body.set(new TextEncoder().encode(content));
  return new Response(new Blob([header, body]).stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

describe("what a file says of itself", () => {
  test("as a snapshot, whole or cut off later on", async () => {
    const file = await packed("meta.json", JSON.stringify({ Version: 1, Strongroom: OWN }));
    const said = { created: new Date("2026-11-29T01:57:40.500Z"), rows: 124, cluster: "prod", clusterId: "1-2" };
    expect(await claimsOf(file)).toEqual(said);
    expect(await claimsOf(file.slice(0, file.size - 8))).toEqual(said);
  });

  test.each([
    ["another server's snapshot", packed("meta.json", '{"Version": 1}')],
    ["another archive", packed("other.json", JSON.stringify({ Strongroom: OWN }))],
    ["no JSON", packed("meta.json", "{")],
    ["numbers that are none", packed("meta.json", JSON.stringify({ Strongroom: { ...OWN, rows: "many" } }))],
    ["a text", Promise.resolve(new Blob(["hello"]))],
    ["nothing", Promise.resolve(new Blob([]))],
  ])("nothing, as %s", async (_, file) => expect(await claimsOf(await file)).toBeNull());
});
