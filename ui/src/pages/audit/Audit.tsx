import { read } from "../../api/client";
import { useRead } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { OpenByName } from "../../components/OpenByName";
import { PageHead } from "../../components/PageHead";
import { RootOnly } from "../../components/RootOnly";
import { t } from "../../texts";
import { type Device, deviceLink, type Health, healthOf, LIST } from "./device";
import { Headers } from "./Headers";
import { HealthBadge } from "./HealthBadge";
import { useMetrics } from "./metrics";

/** The audit devices, and what their logs show of requests' headers. */
export default function Audit() {
  return (
    <RootOnly title={t("audit.title")}>
      <PageHead title={t("audit.title")} intro={t("audit.intro")}>
        <LinkButton to="/audit/enable" look="primary" needs={["update sys/audit/new", "sudo sys/audit/new"]}>
          {t("audit.enable")}
        </LinkButton>
      </PageHead>
      <May needs={LIST} otherwise={<OpenByName label={t("audit.path")} description={t("audit.unlisted")} to={deviceLink} />}>
        <Devices />
      </May>
      <May needs={["read sys/config/auditing/request-headers", "sudo sys/config/auditing/request-headers"]}>
        <Headers />
      </May>
    </RootOnly>
  );
}

function Devices() {
  const found = useRead<Record<string, Device>>("sys/audit");
  const metrics = useMetrics();
  const navigate = useNavigate();
  const health = (path: string): Health | null => (metrics.data ? healthOf(metrics.data, path) : null);
  return (
    <Loaded of={found}>
      {(devices) => (
        <DataTable
          label={t("audit.devices")}
          rows={Object.values(devices)}
          idOf={({ path }) => path}
          textOf={({ path, type, description }) => `${path} ${type} ${description}`}
          onOpen={({ path }) => navigate(deviceLink(path))}
          columns={[
            { id: "path", title: t("audit.path"), order: ({ path }) => path, cell: ({ path }) => <Anchor to={deviceLink(path)}>{path}</Anchor> },
            { id: "type", title: t("audit.type"), order: ({ type }) => type, cell: ({ type }) => <span className="badge">{type}</span> },
            { id: "health", title: t("audit.health"), cell: ({ path }) => <HealthBadge health={health(path)} /> },
            { id: "description", title: t("audit.description"), secondary: true, cell: ({ description }) => description },
          ]}
          empty={
            <Empty title={t("audit.empty")}>
              <p>{t("audit.empty_hint")}</p>
            </Empty>
          }
        />
      )}
    </Loaded>
  );
}

/** One device by its path; there is no request for a single one. */
export async function readDevice(path: string, signal: AbortSignal): Promise<Device | null> {
  const all = await read<Record<string, Device>>("sys/audit", { signal });
  return all[path] ?? null;
}
