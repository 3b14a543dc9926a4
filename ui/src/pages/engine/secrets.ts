const SECRET = /password|secret|private|token|key$|_key|passphrase|credential|^otp$|^seed$|^url$|barcode/i;
const HARMLESS = /^(public_key|key_type|key_bits|key_id|.*_key_lengths|password_(policy|authentication)|credential_type|token_(type|ttl|max_ttl|period|policies|bound_cidrs|num_uses|no_default_policy|explicit_max_ttl|strictly_bind_ip)|secret_id_(ttl|num_uses|bound_cidrs|accessor)|bind_secret_id|.*_pubkeys?|.*_accessor)$/;

/** Whether a field of an answer may be secret, by its name (pure): whoever stands behind the user doesn't need to see it. */
export const isSecret = (name: string): boolean => SECRET.test(name) && !HARMLESS.test(name);
