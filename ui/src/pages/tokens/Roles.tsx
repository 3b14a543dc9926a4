import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { createLink, roleLink, tokensLink } from "./token";

/** The roles by which tokens are made. */
export default function Roles() {
  const found = useList("auth/token/roles");
  const navigate = useNavigate();
  return (
    <>
      <PageHead title={t("tokens.roles")} intro={t("tokens.roles_intro")} crumbs={[{ text: t("tokens.title"), to: tokensLink() }]}>
        <LinkButton to={roleLink()} look="primary" needs="create auth/token/roles/new">
          {t("tokens.create_role")}
        </LinkButton>
      </PageHead>
      <Loaded of={found}>
        {({ keys }) => (
          <DataTable
            label={t("tokens.roles")}
            rows={keys.map((name) => ({ name }))}
            idOf={({ name }) => name}
            textOf={({ name }) => name}
            onOpen={({ name }) => navigate(roleLink(name))}
            columns={[
              { id: "name", title: t("tokens.role"), order: ({ name }) => name, cell: ({ name }) => <RoleName name={name} /> },
              {
                id: "actions",
                title: t("tokens.actions"),
                cell: ({ name }) => (
                  <LinkButton look="quiet" to={createLink(name)} needs={`update auth/token/create/${name}`}>
                    {t("tokens.create")}
                  </LinkButton>
                ),
              },
            ]}
            empty={<Empty title={t("tokens.no_roles")} />}
          />
        )}
      </Loaded>
    </>
  );
}

function RoleName({ name }: { name: string }) {
  return useMay(`read auth/token/roles/${name}`) ? <Anchor to={roleLink(name)}>{name}</Anchor> : name;
}
