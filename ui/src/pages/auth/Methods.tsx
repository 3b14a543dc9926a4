import { useRead } from "../../api/hooks";
import { link, useNavigate } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { enableLink, mayEnable, settingsLink } from "../mounts/table";
import type { Mount } from "../secrets/Mounts";

/** The ways to log in. */
export default function Methods() {
  const found = useRead<Record<string, Mount>>("sys/auth");
  const navigate = useNavigate();
  const open = (path: string) => link("/secrets/engine", { mount: `auth/${path}` });
  return (
    <>
      <PageHead title={t("auth.title")} intro={t("auth.intro")}>
        <LinkButton to={enableLink("auth")} look="primary" needs={mayEnable("auth")}>
          {t("mounts.enable_auth")}
        </LinkButton>
      </PageHead>
      <Loaded of={found}>
        {(methods) => (
          <DataTable
            label={t("auth.title")}
            rows={Object.entries(methods).map(([path, mount]) => ({ path, mount }))}
            idOf={({ path }) => path}
            textOf={({ path, mount }) => `${path} ${mount.type} ${mount.description}`}
            onOpen={({ path }) => navigate(open(path))}
            columns={[
              { id: "path", title: t("secrets.path"), order: ({ path }) => path, cell: ({ path }) => <Anchor to={open(path)}>{path}</Anchor> },
              { id: "type", title: t("secrets.type"), order: ({ mount }) => mount.type, cell: ({ mount }) => <span className="badge">{mount.type}</span> },
              { id: "description", title: t("secrets.description"), secondary: true, cell: ({ mount }) => mount.description },
              { id: "settings", title: t("mounts.settings"), cell: ({ path }) => <LinkButton look="quiet" to={settingsLink("auth", path)} needs={`read sys/auth/${path}tune`}>{t("mounts.settings")}</LinkButton> },
            ]}
            empty={<Empty title={t("auth.empty")} />}
          />
        )}
      </Loaded>
    </>
  );
}
