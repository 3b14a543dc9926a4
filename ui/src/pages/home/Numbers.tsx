import { Pause, Play } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useMay } from "../../api/capabilities";
import type { Fields } from "../../api/client";
import { useRead, useSession } from "../../api/hooks";
import { useSealStatus } from "../../api/state";
import { Button, LinkButton } from "../../components/Button";
import { Bars } from "../../components/charts/Bars";
import { LineChart } from "../../components/charts/LineChart";
import { bytes, digits, milliseconds, percent } from "../../components/charts/units";
import { Failure } from "../../components/Failure";
import { Loaded } from "../../components/Loaded";
import { duration, toldTime } from "../../components/time";
import { t } from "../../texts";
import { LIST } from "../audit/device";
import { useHistory } from "./history";
import { LeaseCharts } from "./LeaseCharts";
import { byLabel, type Metrics, total } from "./metrics";
import { faultsIn, loginsIn, type Point } from "./points";

/** How the node that answers is, in numbers that are asked for again every few seconds. */
export function Numbers() {
  const [paused, setPaused] = useState(false);
  const { question, taken, points } = useHistory(paused);
  return (
    <section className="stack" aria-label={t("home.numbers")}>
      <div className="row">
        <h2>{t("home.numbers")}</h2>
        <Button icon={paused ? <Play aria-hidden size={16} /> : <Pause aria-hidden size={16} />} onPress={() => setPaused(!paused)}>
          {t(paused ? "home.resume" : "home.pause")}
        </Button>
        <span className="description">{t("home.node")}</span>
      </div>
      {/* What was seen stays, though nothing more comes. */}
      {question.error && taken && <Failure error={question.error} />}
      {question.error && taken && <p className="notice notice-warn">{t("home.old", { time: toldTime(new Date(taken.at)) })}</p>}
      <Loaded of={{ ...question, data: taken }}>
        {({ metrics }) => (
          <>
            <Faults metrics={metrics} areOld={question.error !== null} />
            <Tiles metrics={metrics} />
            <div className="charts">
              <Charts points={points} />
              <Logins metrics={metrics} />
              <Requests metrics={metrics} />
            </div>
            <LeaseCharts />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Faults({ metrics, areOld }: { metrics: Metrics; areOld: boolean }) {
  const faults = faultsIn(metrics);
  const isUnrecorded = useUnrecorded();
  if (isUnrecorded)
    return (
      <>
        <div className="notice notice-danger">
          <p>{t("audit.empty")}</p>
          <LinkButton to="/audit">{t("audit.title")}</LinkButton>
        </div>
        <FaultList faults={faults} />
      </>
    );
  if (faults.length === 0 && areOld) return null;
  if (faults.length === 0) return <p className="notice notice-good">{t("home.no_faults")}</p>;
  return <FaultList faults={faults} />;
}

/** Whether nothing is audited, of a store that keeps something; false for who may not know it. */
function useUnrecorded(): boolean {
  const { namespace } = useSession();
  const mayList = useMay(...LIST);
  const devices = useRead<Fields>("sys/audit", { enabled: namespace === "" && mayList === true });
  const store = useSealStatus().data?.storage_type;
  return store !== undefined && store !== "inmem" && devices.data !== undefined && Object.keys(devices.data).length === 0;
}

function FaultList({ faults }: { faults: ReturnType<typeof faultsIn> }) {
  if (faults.length === 0) return null;
  return (
    <ul className="notice notice-danger stack" aria-label={t("home.faults")}>
      {faults.map(({ fault, n }, index) => (
        <li key={`${fault} ${index}`}>{t(`home.fault_${fault}`, { n, time: duration(n), size: bytes(n) })}</li>
      ))}
    </ul>
  );
}

function Tiles({ metrics }: { metrics: Metrics }) {
  const status = useSealStatus().data;
  const of = (name: string) => total(metrics, name);
  const size = (name: string) => {
    const found = of(name);
    return found === null ? null : bytes(found);
  };
  const count = (name: string) => of(name)?.toLocaleString() ?? null;
  const workers = of("vault_core_workers");
  return (
    <dl className="tiles">
      <Tile name={t("home.seal")}>{t(of("vault_core_unsealed") === 1 ? "home.unsealed" : "home.sealed", { type: status?.type ?? "" })}</Tile>
      <Tile name={t("home.version")} isWide>{status?.version}</Tile>
      <Tile name={t("home.store")}>{status && t(of("vault_storage_writable") === 0 ? "home.store_readonly" : "home.store_ok", { type: status.storage_type })}</Tile>
      <Tile name={t("home.free")}>{size("vault_storage_free_bytes")}</Tile>
      <Tile name={t("home.reusable")}>{size("vault_storage_reusable_bytes")}</Tile>
      <Tile name={t("home.spool")}>{size("vault_audit_spool_bytes")}</Tile>
      <Tile name={t("home.workers")}>{workers !== null && t("home.workers_of", { n: workers, wanted: of("vault_core_workers_wanted") ?? workers })}</Tile>
      <Tile name={t("home.in_flight")}>{count("vault_core_in_flight_requests")}</Tile>
      <Tile name={t("home.connections")}>{count("vault_listener_connections")}</Tile>
      <Tile name={t("home.leases")}>{count("vault_expire_num_leases")}</Tile>
      <Tile name={t("home.withdrawals")}>{count("vault_expire_num_withdrawals")}</Tile>
      <Tile name={t("home.memory")}>{size("process_resident_memory_bytes")}</Tile>
    </dl>
  );
}

function Tile({ name, children, isWide = false }: { name: string; children: ReactNode; isWide?: boolean }) {
  if (children === null || children === undefined || children === false) return null;
  return (
    <div className={isWide ? "card tile tile-wide" : "card tile"}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

type Line = readonly [name: string, of: keyof Point];

function Charts({ points }: { points: readonly Point[] }) {
  const times = points.map(({ at }) => at);
  const chart = (title: string, lines: readonly Line[], format: (value: number) => string) => {
    const series = lines.map(([name, of]) => ({ name, values: points.map((point) => point[of]) }));
    return <LineChart key={title} title={title} times={times} series={series} format={format} inBytes={format === bytes} />;
  };
  // Only some stores and audit devices have these.
  const known = (of: keyof Point) => points.some((point) => point[of] !== null);
  return (
    <>
      {chart(t("home.requests"), [[t("home.per_second"), "requests"]], digits)}
      {chart(t("home.latency"), [["p50", "p50"], ["p99", "p99"]], milliseconds)}
      {chart(t("home.errors"), [[t("home.client_errors"), "clientErrors"], [t("home.server_errors"), "serverErrors"]], digits)}
      {chart(t("home.logins"), [[t("home.succeeded"), "logins"], [t("home.failed"), "failedLogins"]], digits)}
      {chart(t("home.leases"), [[t("home.alive"), "leases"], [t("home.irrevocable"), "irrevocable"]], digits)}
      {chart(t("home.memory"), [[t("home.resident"), "memory"]], bytes)}
      {chart(t("home.cpu"), [[t("home.of_one"), "cpu"]], percent)}
      {known("free") && chart(t("home.free"), [[t("home.free_now"), "free"]], bytes)}
      {known("spool") && chart(t("home.spool"), [[t("home.waiting"), "spool"]], bytes)}
    </>
  );
}

function Logins({ metrics }: { metrics: Metrics }) {
  const bars = loginsIn(metrics).map(({ method, succeeded, failed }) => ({ id: method, name: method, values: [succeeded, failed] }));
  return <Bars title={t("home.logins_by_method")} of={t("home.method")} columns={[t("home.succeeded"), t("home.failed")]} bars={bars} empty={t("home.no_logins")} />;
}

/** Requests since the server started, by the type of mount. */
function Requests({ metrics }: { metrics: Metrics }) {
  const bars = [...byLabel(metrics, "vault_core_requests_total", "mount_type")]
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 8)
    .map(([type, n]) => ({ id: type, name: type, values: [n] }));
  return <Bars title={t("home.requests_by_type")} of={t("home.mount_type")} columns={[t("home.requests")]} bars={bars} empty={t("home.no_requests")} />;
}
