import { useQuery } from "@tanstack/react-query";
import { send } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useRead } from "../../api/hooks";
import { Facts } from "../../components/Facts";
import { DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { Distance, exact } from "../../components/Moment";
import { moment } from "../../components/time";
import { t, textOr } from "../../texts";
import { useMetrics } from "../audit/metrics";

interface Node {
  hostname: string;
  api_address: string;
  cluster_address: string;
  last_echo: string | null;
  version: string;
}

interface Health {
  version: string;
  server_time_utc: number;
  replication_performance_mode: string;
  storage_state?: string;
  audit_state?: string;
  draining?: boolean;
  restart_needed?: boolean;
}

const EVERY_MS = 10_000;
/** Each state is told in the document, and not by a status that would look like a failure. */
const CODES = { activecode: 200, standbycode: 200, sealedcode: 200, uninitcode: 200, unavailablecode: 200 };

/** The node that answers, and the others. */
export function Present() {
  return (
    <>
      <ThisNode />
      <May needs={["read sys/ha-status"]}>
        <AllNodes />
      </May>
    </>
  );
}

function ThisNode() {
  const health = useQuery<Health, ApiError>({ queryKey: ["health"], queryFn: ({ signal }) => send<Health>("GET", "sys/health", { query: CODES, token: "", namespace: "", signal }), refetchInterval: EVERY_MS });
  const metrics = useMetrics();
  const roles = metrics.data?.Gauges.filter(({ Name, Value }) => Name === "vault.core.role_held" && Value === 1).map(({ Labels }) => textOr(`nodes.role_${Labels["role"]}`, Labels["role"] ?? ""));
  return (
    <section className="card stack">
      <h2>{t("nodes.this_node")}</h2>
      <Loaded of={health}>
        {(found) => (
          <Facts
            rows={[
              [t("nodes.health"), <State key="state" health={found} />],
              [t("nodes.roles"), roles && (roles.length ? roles.join(", ") : t("common.none"))],
              [t("nodes.version"), found.version],
              [t("nodes.time"), exact(new Date(found.server_time_utc * 1000))],
              [t("nodes.region"), found.replication_performance_mode === "disabled" ? null : found.replication_performance_mode],
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}

/** What is wrong with a node, in words; that nothing is. */
function State({ health }: { health: Health }) {
  const wrong = [
    health.storage_state && textOr(`nodes.storage_${health.storage_state}`, health.storage_state),
    health.audit_state && t("nodes.audit_unwritable"),
    health.draining && t("nodes.draining"),
    health.restart_needed && t("nodes.restart_needed"),
  ].filter((text): text is string => typeof text === "string");
  if (wrong.length === 0) return <span className="badge badge-good">{t("nodes.healthy")}</span>;
  return (
    <span className="row">
      {wrong.map((text) => (
        <span key={text} className="badge badge-danger">
          {text}
        </span>
      ))}
    </span>
  );
}

function AllNodes() {
  const found = useRead<{ nodes: Node[] }>("sys/ha-status", { every: EVERY_MS });
  return (
    <Loaded of={found}>
      {({ nodes }) => (
        <DataTable
          label={t("nodes.title")}
          rows={nodes}
          idOf={({ hostname, api_address }) => `${hostname} ${api_address}`}
          textOf={({ hostname, api_address }) => `${hostname} ${api_address}`}
          columns={[
            { id: "hostname", title: t("nodes.hostname"), order: ({ hostname }) => hostname, cell: ({ hostname }) => hostname },
            { id: "address", title: t("nodes.address"), order: ({ api_address }) => api_address, cell: ({ api_address }) => <span className="code">{api_address}</span> },
            { id: "version", title: t("nodes.version"), order: ({ version }) => version, cell: ({ version }) => version },
            { id: "seen", title: t("nodes.seen"), cell: ({ last_echo }) => <Seen at={last_echo} /> },
          ]}
          empty={null}
        />
      )}
    </Loaded>
  );
}

function Seen({ at }: { at: string | null }) {
  const seen = moment(at);
  return seen ? <Distance to={seen} /> : <span className="badge">{t("nodes.answers")}</span>;
}
