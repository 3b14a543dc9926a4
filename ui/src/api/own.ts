import { write } from "./client";
import { session } from "./session";

/**
 * Where a token asks about itself (pure).
 *
 * What everybody may ask is allowed by policies of the token's own namespace. In one below it the same question would be
 * refused, however much the token may do there.
 *
 * @returns the namespace, and what paths of the one that pages work in begin with there.
 */
export function ownPlace(home: string | null, namespace: string): { namespace: string; prefix: string } {
  if (home === null || home === namespace) return { namespace, prefix: "" };
  if (home === "") return { namespace: home, prefix: `${namespace}/` };
  return namespace.startsWith(`${home}/`) ? { namespace: home, prefix: `${namespace.slice(home.length + 1)}/` } : { namespace, prefix: "" };
}

/** The capabilities of the session's token on paths of the namespace that pages work in. */
export async function ownCapabilities(paths: readonly string[]): Promise<Record<string, string[]>> {
  const { home, namespace: here } = session.current();
  const { namespace, prefix } = ownPlace(home, here);
  const found = await write<Record<string, string[]>>("sys/capabilities-self", { paths: paths.map((path) => prefix + path) }, { namespace });
  return Object.fromEntries(paths.map((path) => [path, found[prefix + path] ?? []]));
}
