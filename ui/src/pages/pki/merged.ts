import type { Fields } from "../../api/client";
import type { Schema } from "../../api/openapi";

/**
 * The whole of something, changed (pure): for who may write it, but not patch it.
 *
 * A write puts back to its default what isn't given.
 */
export function whole(schema: Schema, now: Fields, changed: Fields): Fields {
  const known = Object.keys(schema.properties ?? {});
  return { ...Object.fromEntries(Object.entries(now).filter(([name, value]) => known.includes(name) && value !== null)), ...changed };
}
