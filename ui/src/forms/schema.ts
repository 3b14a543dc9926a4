import { bodyOf, type Schema, useDescription, type Verb } from "../api/openapi";
import type { Question } from "../components/Loaded";

/**
 * What an operation takes, as the API describes it; nothing where the user may not use it.
 *
 * @param path with its variables in braces: `transit/keys/{name}`.
 */
export function useSchema(path: string, verb: Verb = "post"): Question<Schema> {
  const { data, error, refetch } = useDescription();
  const operation = data?.paths[`/${path}`]?.[verb];
  return { data: data && (operation ? bodyOf(data, operation) : {}), error, refetch };
}
