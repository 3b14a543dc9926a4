import { join } from "../../api/paths";
import type { KeyInfo } from "./mount";

export type Kind = "public-key" | "encryption-key" | "signing-key" | "hmac-key" | "cmac-key";

/** The halves of a key that can be exported, by its type and settings (pure). */
export function kindsOf(key: KeyInfo): Kind[] {
  const isPair = /^(rsa-|ecdsa-|ed25519|ml-|slh-|hybrid)/.test(key.type);
  const kinds: Kind[] = isPair ? ["public-key"] : [];
  if (!key.exportable) return kinds;
  // ML-KEM's private half is only backed up.
  if (key.supports_encryption) kinds.push("encryption-key");
  if (key.supports_signing) kinds.push("signing-key");
  if (key.type.endsWith("-cmac")) kinds.push("cmac-key");
  return [...kinds, "hmac-key"];
}

export const exportPath = (mount: string, kind: Kind, name: string) => join(mount, "export", kind, name);
