import { clean } from "./command";
import type { Parsed } from "./run";

/**
 * Paths below `sys/` of which a write is hard to take back.  An entry means the path and all below it, segment by
 * segment; `**` stands for one segment or more.
 */
const HARD_TO_TAKE_BACK: readonly string[] = [
  // The service stops, or another node takes it over.
  "seal",
  "step-down",
  "namespaces/**/seal",
  "namespaces/**/delete-sealed",
  "namespaces/api-lock/lock",
  // Keys and shares of them change, or somebody becomes root.
  "init",
  "rotate",
  "rekey",
  "rekey-recovery-key",
  "generate-root",
  "generate-root-token",
  "generate-recovery-token",
  // What is stored is written past all engines, or from an older state.
  "raw",
  "storage/raft/snapshot",
  "storage/raft/snapshot-force",
  "storage/raft/remove-peer",
  "snapshots/**/restore",
  "restore",
  // Paths go elsewhere, and leases, tokens and logins end.
  "remount",
  "leases/revoke",
  "leases/revoke-force",
  "leases/revoke-prefix",
  "leases/tidy",
  "revoke",
  "revoke-force",
  "revoke-prefix",
  "revoke-issued",
  // One region follows another, or takes its place.
  "region",
  "replication",
];

/** The same on the paths of engines and of login methods, whatever their mount is called. */
const OF_ANY_MOUNT: readonly RegExp[] = [
  /^auth\/(.+\/)?(revoke|revoke-self|revoke-accessor|revoke-orphan)$/,
  /\/(destroy|revoke|revoke-force|revoke-prefix|rotate-root|rotate-role|trim)(\/|$)/,
  /\/root\/replace$/,
];

const BELOW_SYS: readonly RegExp[] = HARD_TO_TAKE_BACK.map((entry) => new RegExp(`(^|/)sys/${entry.replace("**", ".+")}(/|$)`));

/** Whether a write to a path is hard to take back; a namespace may stand in front of it (pure). */
export function endsBy(path: string): boolean {
  // The slashes and dots that a server or a browser takes out hide nothing.
  const plain = clean(path).replace(/\/(\.?\/)+/g, "/");
  return [...BELOW_SYS, ...OF_ANY_MOUNT].some((each) => each.test(plain));
}

/** Whether the user is asked once more before a line is run (pure). */
export function asksFirst({ name, command, args }: Parsed): boolean {
  return command.ends === true || ((name === "write" || name === "patch") && endsBy(args[0] ?? ""));
}
