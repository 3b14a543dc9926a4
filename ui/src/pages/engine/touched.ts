import { useQuery } from "@tanstack/react-query";
import { type Capability, covers } from "../../api/capabilities";
import type { ApiError } from "../../api/errors";
import { useSession } from "../../api/hooks";
import { filled } from "../../api/openapi";
import { ownCapabilities } from "../../api/own";
import { join } from "../../api/paths";
import { useOwnRules } from "../../api/reach";
import type { Question } from "../../components/Loaded";
import { isTouched, namesIn, type Rules } from "./reach";
import { capabilitiesAt, type Place } from "./shape";

const AT_ONCE = 200;
const ANY = "any-name";

/** What is asked of a place: of the names in it also by the path with a slash, as the server judges listings. */
function inPlaceOfAll(place: Place): string[] {
  const path = filled(place.path, Object.fromEntries(place.variables.map((name) => [name, ANY])));
  return place.role === "collection" ? [path, path.replace(/\/?$/, "/")] : [path];
}

async function capabilitiesOf(paths: readonly string[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (let at = 0; at < paths.length; at += AT_ONCE) Object.assign(found, await ownCapabilities(paths.slice(at, at + AT_ONCE)));
  return found;
}

/**
 * The places at which the user may do something.
 *
 * A rule for one name only isn't found by asking about any name, and a rule with a `+` isn't among the token's rules as they are told: so both are asked.
 */
export function useTouched(mount: string, places: readonly Place[]): Question<Place[]> {
  const { user, namespace, interrupted } = useSession();
  const rules = useRules();
  const paths = [...new Set(places.flatMap(inPlaceOfAll))];
  const answer = useQuery<Record<string, string[]>, ApiError>({
    queryKey: ["touched", user, namespace, mount],
    queryFn: () => capabilitiesOf(paths),
    staleTime: 30_000,
    enabled: interrupted === null,
  });
  const { data: asked } = answer;
  const isHere = (place: Place) => {
    const wanted = capabilitiesAt(place);
    const capabilities = inPlaceOfAll(place).flatMap((path) => asked?.[path] ?? []);
    if (wanted.some((each) => covers(capabilities, each))) return true;
    // Who may not see his rules is shown what he may be able to use.
    return place.variables.length > 0 && (rules === null || (rules !== undefined && isTouched(join(namespace, place.path), wanted, rules)));
  };
  return { data: asked && rules !== undefined ? places.filter(isHere) : undefined, error: answer.error, refetch: answer.refetch };
}

/** The rules of the user's token; null if they aren't told, undefined until it is known. */
function useRules(): Rules | null | undefined {
  const { data, error } = useOwnRules<Rules>();
  return error ? null : data;
}

const ALL: readonly Capability[] = ["read", "update", "create", "patch", "delete"];

/** Names that the user's rules have in the place of the last variable of some paths. */
export function useNamesAt(paths: readonly string[]): string[] {
  const { namespace } = useSession();
  const rules = useRules();
  if (!rules) return [];
  return [...new Set(paths.flatMap((path) => namesIn(join(namespace, path), ALL, rules)))].sort();
}

/** Names that the user's rules have in the place of a path's last variable. */
export function useNamesInRules(place: Place | null): string[] {
  const { namespace } = useSession();
  const rules = useRules();
  return place && rules ? namesIn(join(namespace, place.path), capabilitiesAt(place), rules) : [];
}
