/** A rekeying as `sys/rotate/root/init` shows it. */
export interface Rekeying {
  started: boolean;
  /** Of the new shares. */
  t: number;
  n: number;
  /** How many of the present shares are needed. */
  required: number;
  progress?: number;
  nonce?: string;
  verification_required?: boolean;
  /** Set while the new shares wait to be verified. */
  verification_nonce?: string;
  pgp_fingerprints?: string[] | null;
  backup?: boolean;
}

/** The answer to the last share: the only one that has the new shares. */
export interface Made {
  complete: true;
  keys_base64: string[];
  pgp_fingerprints: string[] | null;
  backup: boolean;
  verification_required: boolean;
  verification_nonce: string;
}

/** How far the verification of new shares is. */
export interface Verification {
  nonce: string;
  started: boolean;
  t: number;
  n: number;
  progress: number;
}

/** A root token that is being made, as `sys/generate-root-token/attempt` shows it. */
export interface Generation {
  started: boolean;
  progress: number;
  required: number;
  complete: boolean;
  nonce?: string;
  /** Only in the answer that begins it. */
  otp?: string;
  pgp_fingerprint?: string;
  encoded_token?: string;
}

export const REKEY = "sys/rotate/root";
export const ROOT_TOKEN = "sys/generate-root-token";

export type Stage = "absent" | "collecting" | "verifying";

/** Where a rekeying stands (pure). */
export function stageOf(found: Rekeying): Stage {
  if (!found.started) return "absent";
  return found.verification_nonce ? "verifying" : "collecting";
}

/** Whether the answer to a share is the last one (pure). */
export function isMade(answer: Rekeying | Made): answer is Made {
  return "keys_base64" in answer;
}
