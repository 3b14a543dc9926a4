/** What a form asks for besides, by the type of a key; which types there are tells the server. */
export interface Traits {
  /** Whether keys for contexts can be derived from it. */
  derives: boolean;
  /** Whether equal plaintexts may have equal ciphertexts. */
  converges: boolean;
  /** Names of a set of parameters, one of which is needed; none for types that have none. */
  sets: readonly string[];
  /** Whether the number of bytes may be chosen. */
  sized: boolean;
  /** Whether two keys are in one. */
  hybrid: boolean;
}

const NONE: Traits = { derives: false, converges: false, sets: [], sized: false, hybrid: false };
const ML_DSA = ["44", "65", "87"];
const SLH_DSA = ["sha2", "shake"].flatMap((hash) => ["128", "192", "256"].flatMap((bits) => ["s", "f"].map((speed) => `slh-dsa-${hash}-${bits}${speed}`)));

/** The traits of a type (pure). */
export function traitsOf(type: string): Traits {
  if (/^(aes\d+-(gcm96|cbc)|x?chacha20-poly1305)$/.test(type)) return { ...NONE, derives: true, converges: true };
  switch (type) {
    case "ed25519":
      return { ...NONE, derives: true };
    case "ml-dsa":
      return { ...NONE, sets: ML_DSA };
    case "slh-dsa":
      return { ...NONE, sets: SLH_DSA };
    case "ml-kem":
      return { ...NONE, sets: ["768", "1024"] };
    case "hybrid":
      return { ...NONE, sets: ML_DSA, hybrid: true };
    case "hmac":
      return { ...NONE, sized: true };
    default:
      return NONE;
  }
}

/** A new key, as a form asks for it. */
export interface Wanted {
  type: string;
  set: string;
  ec: string;
  size: number | null;
  derived: boolean;
  convergent: boolean;
  exportable: boolean;
  backup: boolean;
  rotate: string;
}

/** The request for a key, with what its type takes and nothing else (pure). */
export function newKeyOf({ type, set, ec, size, derived, convergent, exportable, backup, rotate }: Wanted) {
  const traits = traitsOf(type);
  return {
    type,
    exportable: exportable || backup,
    allow_plaintext_backup: backup,
    ...(rotate.trim() !== "" && { auto_rotate_period: rotate.trim() }),
    ...(traits.derives && { derived: derived || (traits.converges && convergent) }),
    ...(traits.converges && { convergent_encryption: convergent }),
    ...(traits.sets.length > 0 && { parameter_set: traits.sets.includes(set) ? set : traits.sets[0] }),
    ...(traits.hybrid && { hybrid_key_type_pqc: "ml-dsa", hybrid_key_type_ec: ec }),
    ...(traits.sized && size !== null && { key_size: size }),
  };
}
