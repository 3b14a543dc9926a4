import { expect, test } from "vitest";
import { ownPlace } from "../../src/api/own";

test.each([
  ["in its own namespace", "team", "team", { namespace: "team", prefix: "" }],
  ["in one below it", "team", "team/web", { namespace: "team", prefix: "web/" }],
  ["of the root namespace, in another", "", "team/web", { namespace: "", prefix: "team/web/" }],
  ["in one that only begins alike", "team", "teams", { namespace: "teams", prefix: "" }],
  ["in one above it", "team/web", "team", { namespace: "team", prefix: "" }],
  ["of nobody knows where", null, "team", { namespace: "team", prefix: "" }],
])("a token %s", (_, home, namespace, place) => {
  expect(ownPlace(home, namespace)).toEqual(place);
});
