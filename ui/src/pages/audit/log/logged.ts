import type { Need } from "../../../api/capabilities";
import type { Fields } from "../../../api/client";
import { link } from "../../../app/location";

export const OUTCOMES = ["ok", "denied", "error", "no answer"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A request as the search of a log tells of it. */
export interface Logged {
  time: string;
  outcome: Outcome;
  operation: string;
  path: string;
  /** The path whose wrapped answer it opened; empty for any other request. */
  opened: string;
  display_name: string;
  /** The names of who made its token, and of who made that one's, and so on. */
  made_by: string[];
  entity_id: string;
  accessor: string;
  policies: string[];
  remote_address: string;
  request_id: string;
  error: string;
}

/** What one piece of the log held. */
export interface Piece {
  requests: Logged[];
  /** Where the piece before it ends; empty at the beginning of the log. */
  before: string;
  left_bytes: number;
  oldest: string;
  unreadable: number;
}

/** What a search goes by and its address has.  A value that is looked for may be secret, and isn't among it. */
export const FILTERS = ["request_path", "name", "operation", "outcome", "remote_address", "request_id", "since", "until"] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Record<Filter, string>;

const bare = (path: string) => path.replace(/\/$/, "");

export const searchPath = (device: string) => `sys/audit-search/${bare(device)}`;
export const maySearch = (device: string): Need[] => [`update ${searchPath(device)}`, `sudo ${searchPath(device)}`];

/** The page of a search; it looks at once if something is looked for. */
export const searchLink = (device: string, filters: Partial<Filters> = {}) => link("/audit/search", { path: device, ...filters });

/** The filters of an address; empty where there is none (pure). */
export function filtersIn(shown: URLSearchParams): Filters {
  const of = (name: Filter) => shown.get(name) ?? "";
  return { request_path: of("request_path"), name: of("name"), operation: of("operation"), outcome: of("outcome"), remote_address: of("remote_address"), request_id: of("request_id"), since: of("since"), until: of("until") };
}

/** The body of a search (pure): what is given, and nothing that is empty. */
export function bodyOf(filters: Filters, value: string): Fields {
  const given = Object.entries(filters)
    .map(([name, text]) => [name, text.trim()] as const)
    .filter(([, text]) => text !== "");
  // A list, because a value may have a comma in it.
  return { ...Object.fromEntries(given), ...(value && { value: [value] }) };
}

/** How far a search has come. */
export interface Course {
  requests: readonly Logged[];
  before: string;
  /** How much of the log was before the first piece. */
  total: number;
  left: number;
  oldest: string;
  unreadable: number;
}

export const NOTHING_YET: Course = { requests: [], before: "", total: 0, left: 0, oldest: "", unreadable: 0 };

/** What is known when another piece was looked at (pure). */
export function joined(known: Course, piece: Piece): Course {
  return {
    requests: [...known.requests, ...piece.requests],
    before: piece.before,
    total: known.total || piece.left_bytes,
    left: piece.left_bytes,
    oldest: piece.oldest || known.oldest,
    unreadable: known.unreadable + piece.unreadable,
  };
}
