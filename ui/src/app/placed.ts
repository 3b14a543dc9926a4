const NAME = "namespace";

/**
 * The address of a page with the namespace that it is in (pure): a link that is sent to somebody, or opened in another
 * tab, leads to the same page.  The root namespace isn't named.
 */
export function placedIn(namespace: string, to: string): string {
  if (namespace === "" || to.startsWith("#")) return to;
  const [path = "", query = ""] = to.split("?", 2);
  const shown = new URLSearchParams(query);
  if (shown.has(NAME)) return to;
  return `${path}?${query ? `${query}&` : ""}${new URLSearchParams({ [NAME]: namespace })}`;
}

/** The same as a link has it. */
export const hrefOf = (namespace: string, to: string): string => `/ui${placedIn(namespace, to)}`;

/** The same address in another namespace (pure). */
export function movedTo(namespace: string, search: string): string {
  const shown = new URLSearchParams(search);
  if ((shown.get(NAME) ?? "") === namespace) return search;
  shown.delete(NAME);
  const rest = shown.toString();
  return placedIn(namespace, rest ? `?${rest}` : "");
}

/** The namespace that an address names (pure); null without. */
export const namespaceIn = (search: string): string | null => new URLSearchParams(search).get(NAME);

const TOKEN = /^hv[sbr]\.[\w-]{20,}$/;

/** Whether an address has a token in it (pure), as where somebody has typed one for its accessor: a browser keeps addresses for years. */
export function holdsToken(to: string): boolean {
  const query = to.slice(to.indexOf("?") + 1);
  return to.includes("?") && [...new URLSearchParams(query).values()].some((value) => TOKEN.test(value.trim()));
}
