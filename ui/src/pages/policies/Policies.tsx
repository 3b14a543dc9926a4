import { useList } from "../../api/hooks";
import { link, useNavigate } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";

export const policyLink = (name = "") => link("/policies/edit", { name });

/** The policies of the namespace. */
export default function Policies() {
  const found = useList("sys/policies/acl");
  const navigate = useNavigate();
  return (
    <>
      <PageHead title={t("policies.title")} intro={t("policies.intro")}>
        <LinkButton to={policyLink()} look="primary" needs="create sys/policies/acl/new">
          {t("policies.create")}
        </LinkButton>
      </PageHead>
      <Loaded of={found}>
        {({ keys }) => (
          <DataTable
            label={t("policies.title")}
            rows={keys.map((name) => ({ name }))}
            idOf={({ name }) => name}
            textOf={({ name }) => name}
            onOpen={({ name }) => navigate(policyLink(name))}
            columns={[{ id: "name", title: t("policies.name"), order: ({ name }) => name, cell: ({ name }) => <Anchor to={policyLink(name)}>{name}</Anchor> }]}
            empty={<Empty title={t("policies.empty")} />}
          />
        )}
      </Loaded>
    </>
  );
}
