import { base64OfBytes, base64OfText, bytesOfBase64 } from "../../api/base64";

/** Bytes as a user gives them: typed as text, pasted in base64, or a file. */
export interface Payload {
  kind: "text" | "base64" | "file";
  text: string;
  file: { name: string; bytes: Uint8Array } | null;
}

export const EMPTY: Payload = { kind: "text", text: "", file: null };

/** The bytes in base64, as the API takes them; null for a text that is no base64 (pure). */
export function base64Of({ kind, text, file }: Payload): string | null {
  if (kind === "text") return base64OfText(text);
  if (kind === "file") return file ? base64OfBytes(file.bytes) : "";
  const bytes = bytesOfBase64(text);
  return bytes && base64OfBytes(bytes);
}

/** The lines of a text that have something in them (pure). */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Bytes as text, where they are one that can be shown; null for all others (pure). */
export function textIn(base64: string): string | null {
  const bytes = bytesOfBase64(base64);
  if (!bytes) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // Control characters other than tabs and line ends: no text that anybody has written.
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
