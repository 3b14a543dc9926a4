import type { KeyInfo } from "./mount";

/** A version of a key, as a table shows it. */
export interface Row {
  number: number;
  created: Date | null;
  state: "latest" | "in_use";
  publicKey: string;
  certificates: string;
}

/** The versions that a key tells of, the newest first (pure).  Those below the oldest that decrypts aren't told. */
export function versionsOf({ keys = {}, latest_version }: Pick<KeyInfo, "keys" | "latest_version">): Row[] {
  return Object.entries(keys)
    .map(([key, version]): Row => {
      const number = Number(key);
      const state = number === latest_version ? "latest" : "in_use";
      if (typeof version === "number") return { number, created: new Date(version * 1000), state, publicKey: "", certificates: "" };
      return { number, created: new Date(version.creation_time), state, publicKey: version.public_key, certificates: version.certificate_chain };
    })
    .sort((a, b) => b.number - a.number);
}
