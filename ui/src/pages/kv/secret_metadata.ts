import type { Fields } from "../../api/client";

/** What `metadata/` says of a secret. */
export interface SecretMetadata {
  created_time: string;
  updated_time: string;
  current_version: number;
  /** How often the settings were written. */
  current_metadata_version: number;
  oldest_version: number;
  max_versions: number;
  cas_required: boolean;
  metadata_cas_required: boolean;
  delete_version_after: string;
  custom_metadata: Record<string, string> | null;
  versions: Record<string, { created_time: string; deletion_time: string; destroyed: boolean }>;
}

/** A version as a page shows it. */
export interface Version {
  number: number;
  state: "current" | "kept" | "deleted" | "destroyed";
  created: string;
  /** When it was deleted, or will be; empty for never. */
  deletion: string;
}

/** The versions that metadata tell of, the newest first (pure). */
export function versionsOf({ versions, current_version }: SecretMetadata, now: Date): Version[] {
  return Object.entries(versions)
    .map(([key, { created_time, deletion_time, destroyed }]): Version => {
      const number = Number(key);
      const isDeleted = deletion_time !== "" && new Date(deletion_time) <= now;
      return { number, created: created_time, deletion: deletion_time, state: destroyed ? "destroyed" : isDeleted ? "deleted" : number === current_version ? "current" : "kept" };
    })
    .sort((a, b) => b.number - a.number);
}

/** The names of custom metadata that have a field of their own: by them a secret is due. */
export const KNOWN = ["owner", "expires_at", "rotate_after"] as const;

/** The settings of a secret while they are typed. */
export interface MetadataForm {
  owner: string;
  expires_at: string;
  rotate_after: string;
  custom: [string, string][];
  max: number | null;
  after: string;
  cas: boolean;
  metadataCas: boolean;
}

/** The form that metadata fill (pure). */
export function formOf(metadata: SecretMetadata): MetadataForm {
  const custom = metadata.custom_metadata ?? {};
  return {
    owner: custom["owner"] ?? "",
    expires_at: custom["expires_at"] ?? "",
    rotate_after: custom["rotate_after"] ?? "",
    custom: Object.entries(custom).filter(([name]) => !KNOWN.some((known) => known === name)),
    max: metadata.max_versions,
    after: metadata.delete_version_after,
    cas: metadata.cas_required,
    metadataCas: metadata.metadata_cas_required,
  };
}

/** The custom metadata that a form names; the first of names that are there twice (pure). */
export function customOf(form: MetadataForm): { custom: Record<string, string>; twice: string | null } {
  const pairs = [...KNOWN.map((name): [string, string] => [name, form[name].trim()]).filter(([, text]) => text !== ""), ...form.custom.filter(([name, text]) => name !== "" || text !== "")];
  const names = pairs.map(([name]) => name);
  return { custom: Object.fromEntries(pairs), twice: names.find((name, index) => names.indexOf(name) !== index) ?? null };
}

/** What of a form differs from what is there (pure).  `isPatch` removes custom metadata by null, as a patch does. */
export function changesOf(before: SecretMetadata, form: MetadataForm, isPatch: boolean): Fields {
  const was = formOf(before);
  const { custom } = customOf(form);
  const old = before.custom_metadata ?? {};
  const changes: Fields = {};
  if (form.max !== was.max) changes["max_versions"] = form.max ?? 0;
  if (form.after !== was.after) changes["delete_version_after"] = form.after.trim() || "0s";
  if (form.cas !== was.cas) changes["cas_required"] = form.cas;
  if (form.metadataCas !== was.metadataCas) changes["metadata_cas_required"] = form.metadataCas;
  if (JSON.stringify(Object.entries(custom).sort()) !== JSON.stringify(Object.entries(old).sort())) {
    const gone = Object.keys(old).filter((name) => !Object.hasOwn(custom, name));
    changes["custom_metadata"] = isPatch ? { ...custom, ...Object.fromEntries(gone.map((name) => [name, null])) } : custom;
  }
  return changes;
}
