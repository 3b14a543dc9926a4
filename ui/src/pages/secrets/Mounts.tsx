import type { Fields } from "../../api/client";
import { useRead } from "../../api/hooks";
import { link, useNavigate } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { type ColumnOf, DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { pageOf } from "../engines";
import { enableLink, mountNeeds, settingsLink, tunePath } from "../mounts/table";

/** A mount as `sys/internal/ui/mounts` tells of it. */
export interface Mount {
  type: string;
  description: string;
  accessor: string;
  options: Record<string, string> | null;
  local: boolean;
  running_plugin_version: string;
  /** What was set for it; times of 0 are the server's. */
  config?: Fields;
}

/** What `sys/internal/ui/mounts` answers: what the user's policies touch. */
export interface Visible {
  secret: Record<string, Mount>;
  auth: Record<string, Mount>;
}

interface Row {
  path: string;
  mount: Mount;
}

/** Engines that nobody has enabled. */
const OF_SERVER = new Set(["cubbyhole", "identity", "system", "ns_cubbyhole", "ns_identity", "ns_system"]);

const openLink = ({ path, mount }: Row) => link(pageOf(mount), { mount: path });

const COLUMNS: readonly ColumnOf<Row>[] = [
  { id: "path", title: t("secrets.path"), order: ({ path }) => path, cell: (row) => <Anchor to={openLink(row)}>{row.path}</Anchor> },
  { id: "type", title: t("secrets.type"), order: ({ mount }) => mount.type, cell: ({ mount }) => <span className="badge">{mount.options?.["version"] ? `${mount.type} ${mount.options["version"]}` : mount.type}</span> },
  { id: "description", title: t("secrets.description"), secondary: true, cell: ({ mount }) => mount.description },
  {
    id: "settings",
    title: t("mounts.settings"),
    cell: ({ path }) => (
      <LinkButton look="quiet" to={settingsLink("secret", path)} needs={`read ${tunePath("secret", path)}`}>
        {t("mounts.settings")}
      </LinkButton>
    ),
  },
];

/** The secrets engines that the user can see. */
export default function Mounts() {
  const found = useRead<Visible>("sys/internal/ui/mounts");
  return (
    <>
      <PageHead title={t("secrets.title")} intro={t("secrets.intro")}>
        <LinkButton to={enableLink("secret")} look="primary" needs={mountNeeds("update", "secret")}>
          {t("secrets.enable")}
        </LinkButton>
      </PageHead>
      <Loaded of={found}>
        {({ secret }) => {
          const rows = Object.entries(secret).map(([path, mount]) => ({ path, mount }));
          const own = rows.filter(({ mount }) => !OF_SERVER.has(mount.type));
          const ofServer = rows.filter(({ mount }) => OF_SERVER.has(mount.type));
          return (
            <>
              <Table label={t("secrets.title")} rows={own} />
              {ofServer.length > 0 && (
                <section className="stack">
                  <h2>{t("secrets.system")}</h2>
                  <Table label={t("secrets.system")} rows={ofServer} />
                </section>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Table({ label, rows }: { label: string; rows: readonly Row[] }) {
  const navigate = useNavigate();
  return <DataTable label={label} rows={rows} idOf={({ path }) => path} textOf={({ path, mount }) => `${path} ${mount.type} ${mount.description}`} onOpen={(row) => navigate(openLink(row))} columns={COLUMNS} empty={<Empty title={t("secrets.empty")} />} />;
}
