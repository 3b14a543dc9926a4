/** What `sys/host-info` answers, as far as it is shown. */
export interface HostInfo {
  cpu: { modelName: string; mhz: number }[];
  disk: { path: string; total: number; used: number; free: number }[];
  host: { hostname: string; os: string; kernelVersion: string; kernelArch: string; uptime: number; bootTime: number };
  memory: { total: number; available: number };
  timestamp: string;
}

/** The processors, those of one kind together (pure). */
export function processors(cpu: HostInfo["cpu"]): { model: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { modelName } of cpu) counts.set(modelName, (counts.get(modelName) ?? 0) + 1);
  return [...counts].map(([model, count]) => ({ model, count }));
}
