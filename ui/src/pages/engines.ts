import { valueAt } from "../api/value_at";

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
  return valueAt(PAGES, type.replace(/^ns_/, "")) ?? "/secrets/engine";
}

/** The page made by hand for an engine that an address is at or below (pure); undefined for one that looks by itself. */
export function engineAt(at: string): string | undefined {
  return Object.values(PAGES).find((page) => page !== PAGES["kv"] && (at === page || at.startsWith(`${page}/`)));
}

/** Whether what an address names as the mount is an engine of its page (pure). */
export function isOfPage(page: string, mount: string, about: Kind & { path: string }): boolean {
  const bare = (path: string) => path.replace(/\/$/, "");
  return pageOf(about) === page && bare(about.path) === bare(mount);
}
