import type { Json } from "../../api/client";

const SECRET = /password|secret|private|token|key$|_key|passphrase|credential|^otp$|^seed$|^url$|barcode/i;
const HARMLESS = /^(public_key|key_type|key_bits|key_id|.*_key_lengths|password_(policy|authentication)|credential_type|token_(type|ttl|max_ttl|period|policies|bound_cidrs|num_uses|no_default_policy|explicit_max_ttl|strictly_bind_ip)|secret_id_(ttl|num_uses|bound_cidrs|accessor)|bind_secret_id|.*_pubkeys?|.*_accessor)$/;

/** Addresses of servers, without a password in them; those of authenticator apps are others, and hold a key. */
const ADDRESS = /^\s*(ldaps?|https?):\/\/[^@]*$/i;

/** Whether a field of an answer may be secret, by its name (pure): whoever stands behind the user doesn't need to see it. */
export const isSecret = (name: string, value?: Json): boolean => SECRET.test(name) && !HARMLESS.test(name) && !(name === "url" && typeof value === "string" && ADDRESS.test(value));

/** Whether something within a value may be secret (pure). */
export function holdsSecret(value: Json | undefined): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsSecret);
  return Object.entries(value).some(([name, within]) => (typeof within === "string" && within !== "" && isSecret(name, within)) || holdsSecret(within));
}
