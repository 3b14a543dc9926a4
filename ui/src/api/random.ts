const BYTES = 16;

/** A text that nobody guesses.  `crypto.randomUUID` would do, but isn't there on a page that came without TLS. */
export function randomText(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
