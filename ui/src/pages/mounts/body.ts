import type { Table } from "./table";

/** What can be said when a mount is enabled. */
export interface Settings {
  description: string;
  versioned: boolean;
  isVisible: boolean;
  defaultTime: string;
  mostTime: string;
  local: boolean;
  options: [string, string][];
}

/** Nothing but what is usual. */
export const NONE: Settings = { description: "", versioned: true, isVisible: false, defaultTime: "", mostTime: "", local: false, options: [] };

/** The body that enables a mount (pure). */
export function bodyFor(type: string, table: Table, settings: Settings) {
  const options = { ...(type === "kv" && { version: settings.versioned ? "2" : "1" }), ...Object.fromEntries(settings.options.filter(([name]) => name !== "")) };
  const config = {
    ...(table === "auth" && settings.isVisible && { listing_visibility: "unauth" }),
    ...(settings.defaultTime && { default_lease_ttl: settings.defaultTime }),
    ...(settings.mostTime && { max_lease_ttl: settings.mostTime }),
  };
  return { type, description: settings.description, options, config, ...(settings.local && { local: true }) };
}
