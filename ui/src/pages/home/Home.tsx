import { useMay } from "../../api/capabilities";
import { useSession } from "../../api/hooks";
import { link } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { pageOf } from "../engines";
import { useMyMounts } from "../secrets/myMounts";
import { FirstSteps } from "./FirstSteps";
import { News } from "./News";
import { Numbers } from "./Numbers";
import "./home.css";

/** What a user has here; and how the server is, for who may know. */
export default function Home() {
  const { namespace } = useSession();
  const mayNumbers = useMay("read sys/metrics");
  return (
    <>
      <PageHead title={t("home.title")} />
      <News />
      {/* Numbers are of the whole server, and told in the root namespace alone. */}
      {mayNumbers && namespace === "" && <Numbers />}
      <MyMounts />
      <FirstSteps />
    </>
  );
}

function MyMounts() {
  const found = useMyMounts();
  return (
    <section className="stack">
      <div className="row">
        <h2>{t("home.mounts")}</h2>
        <LinkButton to="/me" look="quiet">
          {t("home.what_i_may")}
        </LinkButton>
      </div>
      <Loaded of={found}>
        {(mounts) => (
          <DataTable
            label={t("home.mounts")}
            // What every server has for itself is in nobody's way here.
            rows={Object.entries(mounts).flatMap(([path, mount]) => (path.startsWith("auth/") || path === "sys/" || path === "identity/" ? [] : [{ path, ...mount }]))}
            idOf={({ path }) => path}
            textOf={({ path, type, description }) => `${path} ${type} ${description}`}
            columns={[
              { id: "path", title: t("secrets.path"), order: ({ path }) => path, cell: ({ path, ...mount }) => <Anchor to={link(pageOf(mount), { mount: path })}>{path}</Anchor> },
              { id: "type", title: t("secrets.type"), order: ({ type }) => type, cell: ({ type }) => <span className="badge">{type}</span> },
              { id: "description", title: t("secrets.description"), secondary: true, cell: ({ description }) => description },
              { id: "may", title: t("home.may"), secondary: true, cell: ({ capabilities }) => capabilities.join(", ") },
            ]}
            empty={<Empty title={t("home.no_mounts")} />}
          />
        )}
      </Loaded>
    </section>
  );
}
