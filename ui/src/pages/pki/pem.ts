import { base64OfBytes, bytesOfBase64 } from "../../api/base64";

export interface Block {
  /** Such as `CERTIFICATE`. */
  label: string;
  bytes: Uint8Array;
  /** The block itself, with one newline at its end. */
  text: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/** The PEM blocks in a text, in their order (pure).  What stands between them is left out. */
export function blocksOf(text: string): Block[] {
  return [...text.matchAll(BLOCK)].flatMap(([whole, label = "", body = ""]) => {
    const bytes = bytesOfBase64(body);
    return bytes ? [{ label, bytes, text: `${whole}\n` }] : [];
  });
}

/** Bytes as a PEM block (pure). */
export function pemOf(label: string, bytes: Uint8Array): string {
  const lines = base64OfBytes(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Certificates one after the other; each ends its line, for where one doesn't, programs read one less (pure). */
export function joined(parts: readonly string[]): string {
  return parts.map((part) => part.trim()).filter(Boolean).map((part) => `${part}\n`).join("");
}
