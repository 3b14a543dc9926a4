import type { Need } from "../../api/capabilities";
import { join } from "../../api/paths";
import { link } from "../../app/location";
import { t } from "../../texts";

/** A version of a key: when it was made, and of pairs what may be given away. */
type Version = number | { name: string; public_key: string; creation_time: string; certificate_chain: string };

/** What `keys/NAME` tells of a key. */
export interface KeyInfo {
  name: string;
  type: string;
  latest_version: number;
  min_available_version: number;
  min_decryption_version: number;
  min_encryption_version: number;
  derived: boolean;
  convergent_encryption?: boolean;
  exportable: boolean;
  allow_plaintext_backup: boolean;
  deletion_allowed: boolean;
  soft_deleted: boolean;
  auto_rotate_period: number;
  next_rotation_time?: string;
  imported_key: boolean;
  supports_encryption: boolean;
  supports_decryption: boolean;
  supports_signing: boolean;
  supports_derivation: boolean;
  allowed_operations?: string[];
  keys?: Record<string, Version>;
}

export const keyPath = (mount: string, name: string, below = "") => join(mount, "keys", name, below);

/** What changes of a key need. */
export function needs(mount: string, name: string) {
  return {
    read: `read ${keyPath(mount, name)}` as Need,
    rotate: `update ${keyPath(mount, name, "rotate")}` as Need,
    trim: `update ${keyPath(mount, name, "trim")}` as Need,
    config: `update ${keyPath(mount, name, "config")}` as Need,
    remove: `delete ${keyPath(mount, name)}` as Need,
    softDelete: `delete ${keyPath(mount, name, "soft-delete")}` as Need,
    softRestore: `update ${keyPath(mount, name, "soft-delete-restore")}` as Need,
    backup: `read ${join(mount, "backup", name)}` as Need,
  };
}

export const mountLink = (mount: string, page = "") => link(`/secrets/transit${page}`, { mount });
export const keyLink = (mount: string, name: string, more: Record<string, string> = {}) => link("/secrets/transit/key", { mount, name, ...more });

/** The way to a page of a mount. */
export function crumbsOf(mount: string, isTop = false) {
  const top = { text: t("secrets.title"), to: "/secrets" };
  return isTop ? [top] : [top, { text: mount, to: mountLink(mount) }];
}

/** A key of an engine, as what works on it is told of it. */
export interface OfKey {
  mount: string;
  name: string;
  /** Null where the user may use the key, but not look at it. */
  info: KeyInfo | null;
}
