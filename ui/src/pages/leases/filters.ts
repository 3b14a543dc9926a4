/** What a search for leases can go by, as the address has it. */
export const FILTERS = ["prefix", "account", "entity_id", "role", "older_than", "state"] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Record<Filter, string>;

/** The filters of an address; empty where there is none (pure). */
export function filtersIn(shown: URLSearchParams): Filters {
  const of = (name: Filter) => shown.get(name) ?? "";
  return { prefix: of("prefix"), account: of("account"), entity_id: of("entity_id"), role: of("role"), older_than: of("older_than"), state: of("state") };
}

/** The body of a search: what is given, and nothing that is empty (pure). */
export function bodyOf(filters: Filters, after: string, limit: number): Record<string, string | number> {
  const given = Object.entries(filters)
    .map(([name, text]) => [name, text.trim()] as const)
    .filter(([, text]) => text !== "");
  return { ...Object.fromEntries(given), ...(after && { after }), limit };
}
