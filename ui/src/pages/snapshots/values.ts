import type { Fields } from "../../api/client";

/** The fields in the answer to a read of kv (pure); null of a version that was deleted. */
export function valuesOf(answer: Fields, versioned: boolean): Fields | null {
  if (!versioned) return answer;
  const inner = answer["data"];
  return typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner : null;
}
