import { useRead } from "../../api/hooks";
import { link, useNavigate } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { pageOf } from "../engines";
import { enableLink, mayEnable, settingsLink } from "../mounts/table";

/** A mount as `sys/internal/ui/mounts` tells of it. */
export interface Mount {
  type: string;
  description: string;
  accessor: string;
  options: Record<string, string> | null;
  local: boolean;
  running_plugin_version: string;
}

interface Visible {
  secret: Record<string, Mount>;
  auth: Record<string, Mount>;
}

/** The secrets engines that the user can see. */
export default function Mounts() {
  const found = useRead<Visible>("sys/internal/ui/mounts");
  const navigate = useNavigate();
  return (
    <>
      <PageHead title={t("secrets.title")} intro={t("secrets.intro")}>
        <LinkButton to={enableLink("secret")} look="primary" needs={mayEnable("secret")}>
          {t("secrets.enable")}
        </LinkButton>
      </PageHead>
      <Loaded of={found}>
        {({ secret }) => (
          <DataTable
            label={t("secrets.title")}
            rows={Object.entries(secret).map(([path, mount]) => ({ path, mount }))}
            idOf={({ path }) => path}
            textOf={({ path, mount }) => `${path} ${mount.type} ${mount.description}`}
            onOpen={({ path, mount }) => navigate(link(pageOf(mount), { mount: path }))}
            columns={[
              { id: "path", title: t("secrets.path"), order: ({ path }) => path, cell: ({ path, mount }) => <Anchor to={link(pageOf(mount), { mount: path })}>{path}</Anchor> },
              { id: "type", title: t("secrets.type"), order: ({ mount }) => mount.type, cell: ({ mount }) => <span className="badge">{mount.type}</span> },
              { id: "description", title: t("secrets.description"), secondary: true, cell: ({ mount }) => mount.description },
              { id: "settings", title: t("mounts.settings"), cell: ({ path }) => <LinkButton look="quiet" to={settingsLink("secret", path)} needs={`read sys/mounts/${path}tune`}>{t("mounts.settings")}</LinkButton> },
            ]}
            empty={<Empty title={t("secrets.empty")} />}
          />
        )}
      </Loaded>
    </>
  );
}
