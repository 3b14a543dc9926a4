interface Kind {
  type: string;
  options: Record<string, string> | null;
}

/** The pages that are made by hand for an engine, by its type; all others have forms made from the API's description. */
const PAGES: Record<string, string> = {
  kv: "/secrets/kv",
  generic: "/secrets/kv",
  cubbyhole: "/secrets/kv",
  database: "/secrets/database",
  transit: "/secrets/transit",
  pki: "/secrets/pki",
  ssh: "/secrets/ssh",
  totp: "/secrets/totp",
};

/** Where an engine is shown.  What each namespace has of its own is called `ns_…` there. */
export function pageOf({ type }: Kind): string {
  return PAGES[type.replace(/^ns_/, "")] ?? "/secrets/engine";
}
