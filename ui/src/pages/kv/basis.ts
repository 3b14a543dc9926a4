import type { Fields } from "../../api/client";
import type { ApiError } from "../../api/errors";

/** What a versioned store says of a version. */
export interface VersionInfo {
  version: number;
  created_time: string;
  deletion_time: string;
  destroyed: boolean;
  custom_metadata: Record<string, string> | null;
}

/** A secret of a versioned store, as it is read. */
export interface VersionedRead {
  data: Fields | null;
  metadata: VersionInfo;
}

/** On what a change of a secret is based. */
export interface Basis {
  fields: Fields;
  /** The version that is replaced, so that nobody's is overwritten unseen; null if nobody knows. */
  version: number | null;
  /** Whether the user may see what is there. */
  isRead: boolean;
  /** Whether there is a secret already; null if nobody knows. */
  exists: boolean | null;
}

/** That of a new secret. */
export const NOTHING: Basis = { fields: {}, version: 0, isRead: true, exists: false };

/** The answer of either kind of store as a basis (pure). */
export function basisOfRead(versioned: boolean, found: VersionedRead | Fields): Basis {
  if (!versioned) return { fields: found as Fields, version: null, isRead: true, exists: true };
  const { data, metadata } = found as VersionedRead;
  return { fields: data ?? {}, version: metadata.version, isRead: true, exists: true };
}

/** The basis where there are no values to read; null for an error that isn't about that (pure). */
export function basisOfError(versioned: boolean, error: ApiError): Basis | null {
  if (error.kind === "denied") return { fields: {}, version: null, isRead: false, exists: null };
  if (error.kind !== "missing") return null;
  const gone = versioned ? goneIn(error) : null;
  return gone ? { fields: {}, version: gone.version, isRead: true, exists: true } : NOTHING;
}

/** What is known of a version that was deleted or destroyed: it comes with the error (pure). */
export function goneIn(error: ApiError): VersionInfo | null {
  if (error.kind !== "missing") return null;
  const metadata = member(member(error.document, "data"), "metadata");
  return isVersionInfo(metadata) ? metadata : null;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}

function isVersionInfo(value: unknown): value is VersionInfo {
  return typeof member(value, "version") === "number" && typeof member(value, "destroyed") === "boolean";
}
