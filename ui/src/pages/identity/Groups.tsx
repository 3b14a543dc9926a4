import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { OpenByName } from "../../components/OpenByName";
import { Paging } from "../../components/Paging";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { groupLink } from "./links";
import { inOrder } from "./names";

interface Info {
  name: string;
  num_member_entities: number;
  num_parent_groups: number;
}

/** How many are asked for at once: a filter looks in these. */
const STEP = 5000;

/** Groups of entities and of other groups. */
export default function Groups() {
  const mayList = useMay("list identity/group/id");
  return (
    <>
      <PageHead title={t("identity.groups")} intro={t("identity.groups_intro")}>
        <LinkButton to="/groups/edit" look="primary" needs="update identity/group">
          {t("identity.create_group")}
        </LinkButton>
      </PageHead>
      {mayList && <Names />}
      {mayList === false && <OpenByName label={t("identity.open_group")} description={t("identity.open_hint")} to={(name) => groupLink("", name)} />}
    </>
  );
}

function Names() {
  const after = useParam("after");
  const found = useList<Info>("identity/group/id", { query: { after: after || undefined, limit: STEP } });
  const navigate = useNavigate();
  return (
    <Loaded of={found}>
      {({ keys, key_info }) => (
        <>
          <DataTable
            label={t("identity.groups")}
            rows={keys.map((id) => ({ ...(key_info[id] ?? { name: id, num_member_entities: 0, num_parent_groups: 0 }), id })).sort((a, b) => inOrder(a.name, b.name))}
            idOf={({ id }) => id}
            textOf={({ id, name }) => `${name} ${id}`}
            onOpen={({ id }) => navigate(groupLink(id))}
            columns={[
              { id: "name", title: t("identity.name"), order: ({ name }) => name, cell: ({ id, name }) => <Anchor to={groupLink(id)}>{name}</Anchor> },
              { id: "entities", title: t("identity.entities"), order: (row) => row.num_member_entities, cell: (row) => row.num_member_entities },
              { id: "parents", title: t("identity.groups_above"), order: (row) => row.num_parent_groups, cell: (row) => row.num_parent_groups, secondary: true },
              { id: "id", title: t("identity.id"), cell: ({ id }) => <span className="code">{id}</span>, secondary: true },
            ]}
            empty={<Empty title={t(after ? "identity.no_more" : "identity.no_groups")} />}
          />
          <Paging first={after ? "/groups" : undefined} next={keys.length === STEP ? link("/groups", { after: keys.at(-1) }) : undefined} />
        </>
      )}
    </Loaded>
  );
}
