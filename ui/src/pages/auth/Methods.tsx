import { useRead } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { engineLink } from "../engine/engine";
import { enableLink, mountNeeds, settingsLink, tunePath } from "../mounts/table";
import type { Visible } from "../secrets/Mounts";

const openLink = (path: string) => engineLink(`auth/${path}`);

/** The ways to log in of which the user may use or change something. */
export default function Methods() {
  const found = useRead<Visible>("sys/internal/ui/mounts");
  const navigate = useNavigate();
  return (
    <>
      <PageHead title={t("auth.title")} intro={t("auth.intro")}>
        <LinkButton to={enableLink("auth")} look="primary" needs={mountNeeds("update", "auth")}>
          {t("mounts.enable_auth")}
        </LinkButton>
      </PageHead>
      <Loaded of={found}>
        {({ auth }) => (
          <DataTable
            label={t("auth.title")}
            rows={Object.entries(auth).map(([path, mount]) => ({ path, mount }))}
            idOf={({ path }) => path}
            textOf={({ path, mount }) => `${path} ${mount.type} ${mount.description}`}
            onOpen={({ path }) => navigate(openLink(path))}
            columns={[
              { id: "path", title: t("secrets.path"), order: ({ path }) => path, cell: ({ path }) => <Anchor to={openLink(path)}>{path}</Anchor> },
              { id: "type", title: t("secrets.type"), order: ({ mount }) => mount.type, cell: ({ mount }) => <span className="badge">{mount.type}</span> },
              { id: "description", title: t("secrets.description"), secondary: true, cell: ({ mount }) => mount.description },
              {
                id: "settings",
                title: t("mounts.settings"),
                cell: ({ path }) => (
                  <LinkButton look="quiet" to={settingsLink("auth", path)} needs={`read ${tunePath("auth", path)}`}>
                    {t("mounts.settings")}
                  </LinkButton>
                ),
              },
            ]}
            empty={<Empty title={t("auth.empty")} />}
          />
        )}
      </Loaded>
    </>
  );
}
