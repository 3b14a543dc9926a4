import type { UseQueryResult } from "@tanstack/react-query";
import type { ApiError } from "./errors";
import { useRead, useSession } from "./hooks";
import { ownPlace } from "./own";
import { join } from "./paths";

interface Rules {
  capabilities?: string[];
}

/** What `sys/internal/ui/resultant-acl` answers: all rules of the token, merged.  Those with a `+` aren't in it. */
export interface Reach {
  root?: boolean;
  exact_paths?: Record<string, Rules> | null;
  glob_paths?: Record<string, Rules> | null;
}

/**
 * The rules that allow something for names below a prefix (pure).
 *
 * @param prefix such as `sys/policies/acl/`.
 * @returns the names, without the prefix; those that end in `*` stand for all that begin so.  `*` alone for all.
 */
export function reachable(reach: Reach, capability: string, prefix: string): string[] {
  if (reach.root) return ["*"];
  const allows = ({ capabilities = [] }: Rules) => capabilities.includes(capability) || capabilities.includes("root");
  const globs = Object.entries(reach.glob_paths ?? {}).filter(([, rules]) => allows(rules));
  if (globs.some(([path]) => prefix.startsWith(path))) return ["*"];
  const exact = Object.entries(reach.exact_paths ?? {}).filter(([, rules]) => allows(rules));
  return [
    ...globs.filter(([path]) => path.startsWith(prefix)).map(([path]) => `${path.slice(prefix.length)}*`),
    ...exact.filter(([path]) => path.startsWith(prefix) && path.length > prefix.length).map(([path]) => path.slice(prefix.length)),
  ];
}

/** The rules of the session's token, as `sys/internal/ui/resultant-acl` tells them: with whole paths, from the root namespace on. */
export function useOwnRules<T>(): UseQueryResult<T, ApiError> {
  const { home, namespace } = useSession();
  return useRead<T>("sys/internal/ui/resultant-acl", { namespace: ownPlace(home, namespace).namespace });
}

/** The names below a prefix for which the user may do something, as `reachable` tells them; none while it isn't known. */
export function useReach(capability: string, prefix: string): string[] {
  const { namespace } = useSession();
  const found = useOwnRules<Reach>();
  return found.data ? reachable(found.data, capability, join(namespace, prefix)) : [];
}
