import { Kept } from "../../app/kept";

/** What `sys/init` answers. */
export interface Initialised {
  keys: string[];
  keys_base64: string[];
  recovery_keys?: string[] | null;
  recovery_keys_base64?: string[] | null;
  root_token: string;
}

/** The shares of a new server, which are in one answer alone; how many of them open it, and whether they are encrypted. */
export const MADE = new Kept<{ answer: Initialised; threshold: number; isEncrypted: boolean }>();
