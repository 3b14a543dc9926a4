import { useRead } from "../../api/hooks";
import { bytes } from "../../components/bytes";
import { Facts } from "../../components/Facts";
import { Loaded } from "../../components/Loaded";
import { Progress } from "../../components/Progress";
import { duration } from "../../components/time";
import { t } from "../../texts";
import { type HostInfo, processors } from "./machine";

/** The machine that the node runs on. */
export function Machine() {
  const found = useRead<HostInfo>("sys/host-info", { every: 10_000 });
  const of = (used: number, all: number) => t("nodes.used_of", { used: bytes(used), all: bytes(all) });
  return (
    <Loaded of={found}>
      {({ cpu, disk, host, memory }) => (
        <section className="card stack">
          <h2>{host.hostname}</h2>
          <Facts
            rows={[
              [t("nodes.system"), `${host.os} ${host.kernelVersion} (${host.kernelArch})`],
              [t("nodes.uptime"), duration(host.uptime)],
              [t("nodes.processors"), processors(cpu).map(({ model, count }) => `${count} × ${model}`).join(", ")],
            ]}
          />
          <Progress label={t("nodes.memory")} value={memory.total - memory.available} most={memory.total} text={of(memory.total - memory.available, memory.total)} />
          {disk.map(({ path, total, used, free }) => (
            <Progress key={path} label={t("nodes.disk", { path })} value={used} most={used + free} text={of(used, total)} />
          ))}
        </section>
      )}
    </Loaded>
  );
}
