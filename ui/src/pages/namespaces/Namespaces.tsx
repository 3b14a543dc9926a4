import { useQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import { useMay } from "../../api/capabilities";
import { data, type Listing } from "../../api/client";
import { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { Metadata } from "../../components/Metadata";
import { OpenByName } from "../../components/OpenByName";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { Enter } from "./Enter";
import { createLink, depthOf, type Namespace, namespaceLink } from "./place";
import "./Namespaces.css";

type Row = Partial<Namespace> & { path: string };

/** All namespaces below the one that pages work in. */
export default function Namespaces() {
  const { namespace } = useSession();
  return (
    <>
      <PageHead title={t("namespaces.title")} intro={t("namespaces.intro", { here: namespace || t("app.root_namespace") })}>
        <LinkButton to={createLink(namespace)} look="primary" needs="create sys/namespaces/new">
          {t("namespaces.create")}
        </LinkButton>
      </PageHead>
      <Tree here={namespace} />
    </>
  );
}

/** What can be seen: everything below by a scan, else what is directly below, else where the token may do something. */
function useNamespaces(here: string) {
  const [scan, list, some] = [useMay("scan sys/namespaces"), useMay("list sys/namespaces"), useMay("read sys/internal/ui/namespaces")];
  const how = scan ? "scan" : list ? "list" : "some";
  return useQuery<Row[], ApiError>({
    queryKey: keyOf("SCAN", "sys/namespaces", { how }),
    queryFn: async ({ signal }) => {
      const [path, query] = how === "some" ? (["sys/internal/ui/namespaces", {}] as const) : (["sys/namespaces", { [how]: true }] as const);
      try {
        const found = await data<Partial<Listing<Namespace>> | undefined>("GET", path, { query, signal });
        return (found?.keys ?? []).map((key) => ({ ...found?.key_info?.[key], path: found?.key_info?.[key]?.path ?? [here, key].filter(Boolean).join("/") }));
      } catch (error) {
        if (error instanceof ApiError && error.kind === "missing" && error.errors.length === 0) return [];
        throw error;
      }
    },
    enabled: scan !== undefined && list !== undefined && some !== undefined,
    // What is deleted goes when it is cleared.
    refetchInterval: ({ state }) => (state.data?.some(({ tainted }) => tainted) ? 2_000 : false),
  });
}

function Tree({ here }: { here: string }) {
  const found = useNamespaces(here);
  const navigate = useNavigate();
  return (
    <>
      <Loaded of={found}>
        {(rows) => (
          <DataTable
            label={t("namespaces.title")}
            rows={rows}
            idOf={({ path }) => path}
            textOf={({ path }) => path}
            onOpen={({ path }) => navigate(namespaceLink(path))}
            columns={[
              { id: "path", title: t("namespaces.path"), order: ({ path }) => path, cell: (row) => <Name row={row} here={here} /> },
              { id: "state", title: t("namespaces.state"), cell: (row) => <State of={row} /> },
              { id: "metadata", title: t("namespaces.metadata"), cell: ({ custom_metadata }) => <Metadata of={custom_metadata ?? null} />, secondary: true },
              { id: "enter", title: t("namespaces.actions"), cell: ({ path, tainted }) => (tainted ? "" : <Enter path={path} look="quiet" />) },
            ]}
            empty={<Empty title={t("namespaces.empty")} />}
          />
        )}
      </Loaded>
      {found.error?.kind === "denied" && <OpenByName label={t("namespaces.open")} description={t("namespaces.open_hint")} to={(path) => namespaceLink([here, path].filter(Boolean).join("/"))} />}
    </>
  );
}

const MOST_DEPTH = 6;

function Name({ row, here }: { row: Row; here: string }) {
  return (
    <span className={`depth depth-${Math.min(Math.max(depthOf(row.path, here), 0), MOST_DEPTH)}`}>
      <Anchor to={namespaceLink(row.path)}>{row.path}</Anchor>
    </span>
  );
}

/** What keeps a namespace from being used. */
export function State({ of: { locked, tainted } }: { of: Pick<Row, "locked" | "tainted"> }) {
  if (tainted) return <span className="badge badge-warn">{t("namespaces.tainted")}</span>;
  if (!locked) return t("namespaces.unlocked");
  return (
    <span className="badge badge-warn">
      <Lock aria-hidden size={12} /> {t("namespaces.locked")}
    </span>
  );
}
