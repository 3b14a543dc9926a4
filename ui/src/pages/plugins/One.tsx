import { useRead } from "../../api/hooks";
import { link, useParam } from "../../app/location";
import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Facts } from "../../components/Facts";
import { Empty, Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { pageOf } from "../engines";
import { prefixOf, settingsLink } from "../mounts/table";
import { mountsOf, type PluginType, TYPES, type Visible } from "./plugin";

interface Entry {
  name: string;
  version: string;
  builtin: boolean;
  deprecation_status: string;
}

/** One plugin: what the catalogue says of it, and where it is mounted. */
export default function One() {
  const asked = useParam("type");
  const name = useParam("name");
  const type = TYPES.find((each) => each === asked);
  if (!type) return <Empty title={t("plugins.none")} />;
  return (
    <>
      <PageHead title={name} crumbs={[{ text: t("plugins.title"), to: link("/plugins", { type }) }]} />
      <May needs={[`read sys/plugins/catalog/${type}/${name}`, `sudo sys/plugins/catalog/${type}/${name}`]}>
        <About type={type} name={name} />
      </May>
      {type === "database" ? <p>{t("plugins.in_database")}</p> : <Mounts type={type} name={name} />}
      <p className="description">{t("plugins.registering")}</p>
    </>
  );
}

function About({ type, name }: { type: PluginType; name: string }) {
  const found = useRead<Entry>(`sys/plugins/catalog/${type}/${name}`);
  return (
    <Loaded of={found} missing={<Empty title={t("plugins.none")} />}>
      {(entry) => (
        <section className="card stack">
          <Facts
            rows={[
              [t("plugins.type"), t(`plugins.type_${type}`)],
              [t("plugins.version"), <span key="version" className="code">{entry.version}</span>],
              [t("plugins.state"), entry.deprecation_status],
            ]}
          />
        </section>
      )}
    </Loaded>
  );
}

function Mounts({ type, name }: { type: PluginType; name: string }) {
  const visible = useRead<Visible>("sys/internal/ui/mounts");
  const table = type === "auth" ? "auth" : "secret";
  return (
    <section className="stack">
      <h2>{t("plugins.mounts")}</h2>
      <Loaded of={visible}>
        {(found) => (
          <DataTable
            label={t("plugins.mounts")}
            rows={mountsOf(found, type, name)}
            idOf={({ path }) => path}
            columns={[
              { id: "path", title: t("plugins.path"), order: ({ path }) => path, cell: ({ path, mount }) => <Anchor to={table === "auth" ? settingsLink("auth", path) : link(pageOf(mount), { mount: path })}>{prefixOf(table, path)}</Anchor> },
              { id: "version", title: t("plugins.running"), cell: ({ mount }) => <span className="code">{mount.running_plugin_version}</span> },
              { id: "description", title: t("plugins.description"), secondary: true, cell: ({ mount }) => mount.description },
            ]}
            empty={<p>{t("plugins.unmounted")}</p>}
          />
        )}
      </Loaded>
    </section>
  );
}
