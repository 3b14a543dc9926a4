import { pathsOf, useDescription, type Document } from "../../api/openapi";
import { link, useParam, useShown } from "../../app/location";
import type { Question } from "../../components/Loaded";
import { placesOf, type Place } from "./shape";

export interface Engine {
  mount: string;
  document: Document;
  places: Place[];
}

/** The engine that the page shows, as the API describes it.  `mount` is `auth/…/` of an auth method. */
export function useEngine(): Question<Engine> {
  const mount = useParam("mount");
  const { data, error, refetch } = useDescription();
  return { data: data && { mount, document: data, places: placesOf(pathsOf(data, mount)) }, error, refetch };
}

/** The values of a path's variables that the page shows. */
export function useVariables(): Record<string, string> {
  return Object.fromEntries([...useShown()].filter(([name]) => name.startsWith("v.")).map(([name, value]) => [name.slice(2), value]));
}

const asVariables = (values: Record<string, string>) => Object.fromEntries(Object.entries(values).map(([name, value]) => [`v.${name}`, value]));

/** Auth methods have the same pages at addresses of their own, so that the navigation shows where they belong. */
const baseOf = (mount: string) => (mount.startsWith("auth/") ? "/auth/engine" : "/secrets/engine");

export const engineLink = (mount: string) => link(baseOf(mount), { mount });

/** How the page of an entry is opened: to look, to change it, or to make another. */
export type Mode = "" | "change" | "create";

export const placeLink = (mount: string, place: Place, values: Record<string, string> = {}, mode: Mode = "") =>
  link(`${baseOf(mount)}/${place.role === "collection" ? "names" : "path"}`, { mount, path: place.below, mode, ...asVariables(values) });
