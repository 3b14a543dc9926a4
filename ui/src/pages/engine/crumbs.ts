import { filled } from "../../api/openapi";
import { type Engine, engineLink, placeLink } from "./engine";
import type { Place } from "./shape";

/** The way to a place: its engine, and the collection that it is in. */
export function crumbsOf(engine: Engine, place: Place, values: Record<string, string>) {
  const collection = engine.places.find(({ entry }) => entry === place);
  return [{ text: engine.mount, to: engineLink(engine.mount) }, ...(collection ? [{ text: filled(collection.below, values), to: placeLink(engine.mount, collection, values) }] : [])];
}
