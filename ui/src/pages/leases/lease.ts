import type { Need } from "../../api/capabilities";
import { link } from "../../app/location";

export type LeaseState = "active" | "planned" | "revoking" | "irrevocable";
export const STATES: readonly LeaseState[] = ["active", "planned", "revoking", "irrevocable"];

/** What a search shows of a lease. */
export interface LeaseSummary {
  account: string;
  entity_id: string;
  expire_time: string;
  group: string;
  issue_time: string;
  owner: string;
  state: LeaseState;
}

/** What `sys/leases/lookup` shows.  A token's own lease has the first seven fields alone. */
export interface LeaseFacts extends Partial<LeaseSummary> {
  id: string;
  path: string;
  issue_time: string;
  last_renewal: string | null;
  renewable: boolean;
  ttl: number;
  namespace_path?: string;
  attempts?: number;
  bound_by?: string;
  last_error?: string;
  max_expire_time?: string | null;
  mount_disabled?: boolean;
  next_attempt_time?: string | null;
}

export const leasesLink = (prefix = "", after = "") => link("/leases", { prefix, after });
export const leaseLink = (id: string) => link("/leases/lease", { id });
export const revokeLink = (prefix: string, of?: number) => link("/leases/revoke", { prefix, of });

/** A path below which leases are, as it is typed, with one slash at its end; empty for the top (pure). */
export function folderOf(text: string): string {
  const bare = text.trim().replace(/^\/+|\/+$/g, "");
  return bare === "" ? "" : `${bare}/`;
}

/** Where all that is below a path is ended: nothing is written to a path with a slash at its end (pure). */
export const endPath = (verb: string, prefix: string) => `sys/leases/${verb}/${prefix.replace(/\/$/, "")}`;

/** What looking through a folder needs, and ending what is in it. */
export function needsOf(prefix: string) {
  const below = (verb: string) => `sys/leases/${verb}/${prefix}`;
  const end = (verb: string) => endPath(verb, prefix);
  return {
    list: [`list ${below("lookup")}`, `sudo ${below("lookup")}`] as Need[],
    count: [`read ${end("revoke-prefix")}`, `sudo ${end("revoke-prefix")}`] as Need[],
    revoke: [`update ${end("revoke-prefix")}`, `sudo ${end("revoke-prefix")}`] as Need[],
    force: [`update ${end("revoke-force")}`, `sudo ${end("revoke-force")}`] as Need[],
  };
}

export const SEARCH: readonly Need[] = ["update sys/leases/search", "sudo sys/leases/search"];
