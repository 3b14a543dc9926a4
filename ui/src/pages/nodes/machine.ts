/** What `sys/host-info` answers, as far as it is shown. */
export interface HostInfo {
  cpu: { modelName: string; mhz: number }[];
  disk: { path: string; total: number; used: number; free: number }[];
  host: { hostname: string; os: string; kernelVersion: string; kernelArch: string; uptime: number; bootTime: number };
  memory: { total: number; available: number };
  timestamp: string;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number of bytes by its largest unit (pure). */
export function bytes(count: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, count)) / 10)));
  const value = count / 1024 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

/** The processors, those of one kind together (pure). */
export function processors(cpu: HostInfo["cpu"]): { model: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { modelName } of cpu) counts.set(modelName, (counts.get(modelName) ?? 0) + 1);
  return [...counts].map(([model, count]) => ({ model, count }));
}
