import { useRead } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Select } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { mountsOf, type Plugin, pluginLink, TYPES, type Visible } from "./plugin";

/** The catalogue: every engine, auth method and database that this server can use. */
export default function Plugins() {
  const found = useRead<{ detailed: Plugin[] }>("sys/plugins/catalog");
  const visible = useRead<Visible>("sys/internal/ui/mounts");
  const asked = useParam("type");
  const type = TYPES.find((each) => each === asked) ?? "";
  const navigate = useNavigate();
  const used = (plugin: Plugin) => (visible.data ? mountsOf(visible.data, plugin.type, plugin.name).length : 0);
  return (
    <>
      <PageHead title={t("plugins.title")} intro={t("plugins.intro")} />
      <Select label={t("plugins.type")} value={type} onChange={(next) => navigate(link("/plugins", { type: next }), { replace: true })} choices={[{ id: "", label: t("plugins.all") }, ...TYPES.map((id) => ({ id, label: t(`plugins.type_${id}`) }))]} />
      <Loaded of={found}>
        {({ detailed }) => (
          <DataTable
            label={t("plugins.title")}
            rows={detailed.filter((plugin) => type === "" || plugin.type === type)}
            idOf={(plugin) => `${plugin.type} ${plugin.name}`}
            textOf={(plugin) => `${plugin.name} ${plugin.type} ${plugin.version}`}
            onOpen={(plugin) => navigate(pluginLink(plugin.type, plugin.name))}
            columns={[
              { id: "name", title: t("plugins.name"), order: ({ name }) => name, cell: (plugin) => <Anchor to={pluginLink(plugin.type, plugin.name)}>{plugin.name}</Anchor> },
              { id: "type", title: t("plugins.type"), order: (plugin) => plugin.type, cell: (plugin) => <span className="badge">{t(`plugins.type_${plugin.type}`)}</span> },
              { id: "mounts", title: t("plugins.mounts"), order: used, cell: (plugin) => (plugin.type === "database" ? "" : used(plugin)) },
              { id: "version", title: t("plugins.version"), secondary: true, order: ({ version }) => version, cell: ({ version }) => <span className="code">{version}</span> },
            ]}
            empty={<Empty title={t("plugins.empty")} />}
          />
        )}
      </Loaded>
    </>
  );
}
