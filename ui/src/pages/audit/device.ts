import type { Need } from "../../api/capabilities";
import { link } from "../../app/location";
import { quoted } from "../console/words";

/** An audit device as `sys/audit` shows it. */
export interface Device {
  path: string;
  type: string;
  description: string;
  options: Record<string, string>;
}

/** Whether the entries of a device are in a file of the server (pure). */
export function isInFile({ type, options }: Pick<Device, "type" | "options">): boolean {
  const path = options["file_path"] ?? options["path"] ?? "";
  return type === "file" && !["stdout", "/dev/stdout", "/dev/stderr", "discard"].includes(path.toLowerCase());
}

export const LIST: readonly Need[] = ["read sys/audit", "sudo sys/audit"];

const bare = (path: string) => path.replace(/\/$/, "");

/** Where the API has a device. */
export const devicePath = (path: string) => `sys/audit/${bare(path)}`;
export const hashPath = (path: string) => `sys/audit-hash/${bare(path)}`;
export const chainPath = (path: string) => `sys/internal/audit/chain/${bare(path)}`;
/** What checks a copy of its log in a shell; `FILE` is that copy. */
export const verifyCommand = (path: string) => `strongroom audit verify -path=${quoted(bare(path))} FILE`;
export const deviceLink = (path: string) => link("/audit/device", { path });

export const mayEnable = (path: string): Need[] => [`update ${devicePath(path)}`, `sudo ${devicePath(path)}`];
export const mayDisable = (path: string): Need[] => [`delete ${devicePath(path)}`, `sudo ${devicePath(path)}`];
export const mayReadChain = (path: string): Need[] => [`read ${chainPath(path)}`, `sudo ${chainPath(path)}`];

/** What `sys/metrics` answers as JSON, as far as it is used here. */
export interface Metrics {
  Gauges: Metric[];
  Counters: Metric[];
}

interface Metric {
  Name: string;
  Value?: number;
  Count?: number;
  Labels: Record<string, string>;
}

/** How a device is, as this node's processes know it. */
export interface Health {
  /** Whether it took its last entry; null if none was written yet. */
  takes: boolean | null;
  failures: number;
  /** Bytes that wait to be sent; null of a device that sends nothing. */
  waiting: number | null;
}

/** The health of a device by the server's numbers (pure). */
export function healthOf(metrics: Metrics, path: string): Health {
  const of = (all: readonly Metric[], name: string) => all.find(({ Name, Labels }) => Name === name && Labels["device"] === path);
  const takes = of(metrics.Gauges, "vault.audit.writable")?.Value;
  const failed = of(metrics.Counters, "vault.audit.write_failures_total")?.Count ?? 0;
  return { takes: takes === undefined ? null : takes === 1, failures: failed, waiting: of(metrics.Gauges, "vault.audit.spool_bytes")?.Value ?? null };
}
