import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { read } from "../../api/client";
import { ApiError } from "../../api/errors";
import { useRead, useSession } from "../../api/hooks";
import { useParam } from "../../app/location";
import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { t } from "../../texts";
import { policyLink } from "../policies/Policies";
import { around, type Graph as Found, type Kind, type Node } from "./graph";
import { Drawing } from "./Drawing";
import { entityLink, groupLink } from "./links";
import { useEntities, useGroups } from "./names";
import { type Entity, entityPath, type Group, groupPath } from "./records";

/** An answer, or null where it is forbidden or gone: the rest of the graph is shown all the same. */
async function readOrNull<T>(path: string): Promise<T | null> {
  try {
    return await read<T>(path);
  } catch (error) {
    if (error instanceof ApiError && (error.kind === "denied" || error.kind === "missing")) return null;
    throw error;
  }
}

const linkOf = ({ kind, id }: Node) => (kind === "entity" ? entityLink(id) : groupLink(id));

/** Who is in which group, and what comes with it: drawn, and as a list. */
export default function Graph() {
  const kind: Kind = useParam("kind") === "group" ? "group" : "entity";
  const id = useParam("id");
  const name = useParam("name");
  const named = useRead<{ id: string }>(kind === "entity" ? entityPath("", name) : groupPath("", name), { enabled: id === "" && name !== "" });
  if (id === "" && name === "") return <Empty title={t("identity.no_entity")} />;
  if (id !== "") return <Around kind={kind} id={id} />;
  return <Loaded of={named}>{(found) => <Around kind={kind} id={found.id} />}</Loaded>;
}

function Around({ kind, id }: { kind: Kind; id: string }) {
  const { token, namespace } = useSession();
  const entities = useEntities();
  const groups = useGroups();
  const found = useQuery<Found, ApiError>({
    queryKey: ["graph", token, namespace, kind, id, entities.dataUpdatedAt, groups.dataUpdatedAt],
    queryFn: () =>
      around(kind, id, {
        entity: (each) => readOrNull<Entity>(entityPath(each)),
        group: (each) => readOrNull<Group>(groupPath(each)),
        nameOf: (of, each) => (of === "entity" ? entities : groups).data?.key_info[each]?.name ?? each,
      }),
    enabled: id !== "" && !entities.isLoading && !groups.isLoading,
    placeholderData: (before) => before,
  });
  const name = found.data?.nodes.find((node) => node.id === id)?.name ?? id;
  const crumbs = [kind === "entity" ? { text: t("identity.entities"), to: "/entities" } : { text: t("identity.groups"), to: "/groups" }, { text: name, to: kind === "entity" ? entityLink(id) : groupLink(id) }];
  return (
    <>
      <PageHead title={t("identity.graph_of", { name })} crumbs={crumbs} intro={t("identity.graph_intro")} />
      <Loaded of={found}>{(graph) => <Shown graph={graph} focus={id} />}</Loaded>
    </>
  );
}

function Shown({ graph, focus }: { graph: Found; focus: string }) {
  const given = useMemo(() => [...new Set(graph.nodes.flatMap(({ policies }) => policies ?? []))].sort(), [graph]);
  return (
    <>
      <PageTabs
        label={t("identity.graph")}
        tabs={[
          { id: "drawing", title: t("identity.drawing"), content: <Drawing graph={graph} focus={focus} linkOf={linkOf} /> },
          { id: "list", title: t("identity.as_list"), content: <List graph={graph} /> },
        ]}
      />
      {graph.leftOut > 0 && <p className="notice">{t("identity.graph_left_out", { n: graph.leftOut })}</p>}
      <p className="row">
        {t("identity.graph_policies")}{" "}
        {given.length === 0
          ? t("common.none")
          : given.map((each) => (
              <Anchor key={each} to={policyLink(each)}>
                {each}
              </Anchor>
            ))}
      </p>
    </>
  );
}

function List({ graph }: { graph: Found }) {
  const nameOf = new Map(graph.nodes.map(({ id, name }) => [id, name]));
  const groupsOf = (id: string) => graph.edges.filter(({ from }) => from === id).map(({ to }) => nameOf.get(to) ?? to);
  return (
    <DataTable
      label={t("identity.graph")}
      rows={graph.nodes}
      idOf={({ id }) => id}
      textOf={({ name }) => name}
      columns={[
        { id: "name", title: t("identity.name"), order: ({ name }) => name, cell: (node) => <Anchor to={linkOf(node)}>{node.name}</Anchor> },
        { id: "kind", title: t("identity.kind"), order: ({ kind }) => kind, cell: ({ kind }) => <span className="badge">{t(`identity.${kind}`)}</span> },
        { id: "in", title: t("identity.is_in"), cell: ({ id }) => groupsOf(id).join(", ") },
        { id: "policies", title: t("identity.policies"), cell: ({ policies }) => (policies ?? []).join(", ") },
      ]}
      empty={<Empty title={t("identity.no_members")} />}
    />
  );
}
