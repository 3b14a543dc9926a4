import { link } from "../../app/location";
import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { t } from "../../texts";
import { pageOf } from "../engines";
import { type MyMount, useMyMounts } from "../secrets/myMounts";

/** The mounts on which the user may do anything, and what. */
export function MyMounts() {
  const found = useMyMounts();
  return (
    <Loaded of={found}>
      {(mounts) => (
        <DataTable
          label={t("me.mounts")}
          rows={Object.entries(mounts).map(([path, mount]) => ({ path, ...mount }))}
          idOf={({ path }) => path}
          textOf={({ path, type, description }) => `${path} ${type} ${description}`}
          columns={[
            { id: "path", title: t("secrets.path"), order: ({ path }) => path, cell: (mount) => <Path mount={mount} /> },
            { id: "type", title: t("secrets.type"), order: ({ type }) => type, cell: ({ type }) => <span className="badge">{type}</span> },
            { id: "may", title: t("me.may"), cell: ({ capabilities }) => capabilities.join(", ") },
            { id: "description", title: t("secrets.description"), secondary: true, cell: ({ description }) => description },
          ]}
          empty={<Empty title={t("me.no_mounts")} />}
        />
      )}
    </Loaded>
  );
}

const HAVE_NO_PAGE = ["system", "ns_system"];

function Path({ mount }: { mount: MyMount & { path: string } }) {
  const { path, type, options } = mount;
  if (path.startsWith("auth/") || HAVE_NO_PAGE.includes(type)) return path;
  return <Anchor to={link(pageOf({ type: type.replace(/^ns_/, ""), options }), { mount: path })}>{path}</Anchor>;
}
