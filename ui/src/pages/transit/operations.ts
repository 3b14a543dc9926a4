import { join } from "../../api/paths";
import type { KeyInfo } from "./mount";

/** What is done with a key. */
export type Operation = "encrypt" | "decrypt" | "rewrap" | "datakey" | "sign" | "verify" | "hmac" | "cmac";

/** In the order of the page. */
export const OPERATIONS: readonly Operation[] = ["encrypt", "decrypt", "rewrap", "datakey", "sign", "verify", "hmac", "cmac"];

/** Where the API does it. */
export function pathOf(mount: string, name: string, operation: Operation): string {
  return operation === "datakey" ? join(mount, "datakey/plaintext", name) : join(mount, operation, name);
}

/** As the description of the API names it; `cmac` and others have shorter and longer forms of the same. */
export function describedPath(mount: string, operation: Operation): string {
  return operation === "datakey" ? `${mount}datakey/{form}/{name}` : `${mount}${operation}/{name}`;
}

const CMAC = /-cmac$/;

/** Whether keys of this type do it, and this key's owner wants it (pure). */
export function isPossible(key: KeyInfo, operation: Operation): boolean {
  if (key.soft_deleted) return false;
  const isMac = CMAC.test(key.type);
  const wanted = key.allowed_operations ?? ["*"];
  const named = operation === "datakey" ? "encrypt" : operation;
  if (!wanted.includes("*") && !wanted.includes(named)) return false;
  switch (operation) {
    case "encrypt":
    case "rewrap":
    case "datakey":
      return key.supports_encryption;
    case "decrypt":
      return key.supports_decryption;
    case "sign":
      return key.supports_signing;
    case "cmac":
      return isMac;
    case "verify":
    case "hmac":
      return true;
  }
}

/** What a signature or a code is sent as, by what the user has (pure). */
export function proofOf(kind: "signature" | "hmac" | "cmac", text: string): Record<string, string> {
  return { [kind]: text.trim() };
}

/** Whether associated data bind the ciphertexts of a type; of an unknown type that can't be told (pure). */
export function isBinding(type: string | undefined): boolean {
  return type === undefined || /gcm96|chacha20/.test(type);
}
