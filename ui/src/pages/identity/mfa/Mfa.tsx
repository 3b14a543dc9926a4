import { useMay } from "../../../api/capabilities";
import { useList } from "../../../api/hooks";
import { useReach } from "../../../api/reach";
import { link, useNavigate } from "../../../app/location";
import { Anchor, LinkButton } from "../../../components/Button";
import { DataTable } from "../../../components/DataTable";
import { Failure } from "../../../components/Failure";
import { Empty, Loaded } from "../../../components/Loaded";
import { OpenByName } from "../../../components/OpenByName";
import { PageHead } from "../../../components/PageHead";
import { PageTabs } from "../../../components/PageTabs";
import { t } from "../../../texts";
import { type Demand, type Method, TYPES } from "./records";

const methodLink = (type: string, id = "") => link("/mfa/method", { type, id });
const demandLink = (name = "") => link("/mfa/enforcement", { name });

/** Second factors: how they are proved, and which logins need one. */
export default function Mfa() {
  return (
    <>
      <PageHead title={t("mfa.title")} intro={t("mfa.intro")} />
      <PageTabs
        label={t("mfa.title")}
        tabs={[
          { id: "methods", title: t("mfa.methods"), content: <Methods /> },
          { id: "enforcements", title: t("mfa.enforcements"), content: <Enforcements /> },
        ]}
      />
    </>
  );
}

function Methods() {
  const found = useList<Method>("identity/mfa/method");
  const navigate = useNavigate();
  return (
    <>
      <div className="row">
        {TYPES.map((type) => (
          <LinkButton key={type} to={methodLink(type)} needs={`update identity/mfa/method/${type}`}>
            {t("mfa.create_method", { type: t(`mfa.type_${type}`) })}
          </LinkButton>
        ))}
      </div>
      <Loaded of={found}>
        {({ keys, key_info }) => (
          <DataTable
            label={t("mfa.methods")}
            rows={keys.map((id) => key_info[id]).filter((method) => method !== undefined)}
            idOf={({ id }) => id}
            textOf={({ name, type, id }) => `${name} ${type} ${id}`}
            onOpen={({ type, id }) => navigate(methodLink(type, id))}
            columns={[
              { id: "name", title: t("mfa.name"), order: ({ name }) => name, cell: ({ type, id, name }) => <Anchor to={methodLink(type, id)}>{name || id}</Anchor> },
              { id: "type", title: t("mfa.type"), order: ({ type }) => type, cell: ({ type }) => <span className="badge">{type}</span> },
              { id: "id", title: t("identity.id"), cell: ({ id }) => <span className="code">{id}</span>, secondary: true },
            ]}
            empty={<Empty title={t("mfa.no_methods")} />}
          />
        )}
      </Loaded>
    </>
  );
}

function Enforcements() {
  const found = useList<Demand>("identity/mfa/login-enforcement");
  const some = useReach("update", "identity/mfa/login-enforcement/").length > 0;
  const any = useMay("update identity/mfa/login-enforcement/new");
  const navigate = useNavigate();
  const denied = found.error?.kind === "denied" ? found.error : null;
  return (
    <>
      {(some || any) && (
        <div className="row">
          <LinkButton to={demandLink()}>{t("mfa.create_enforcement")}</LinkButton>
        </div>
      )}
      {denied ? (
        <>
          <Failure error={denied} />
          <OpenByName label={t("mfa.open_enforcement")} to={demandLink} />
        </>
      ) : (
        <Loaded of={found}>
          {({ keys, key_info }) => (
            <DataTable
              label={t("mfa.enforcements")}
              rows={keys.map((name) => ({ ...key_info[name], name }))}
              idOf={({ name }) => name}
              textOf={({ name }) => name}
              onOpen={({ name }) => navigate(demandLink(name))}
              columns={[
                { id: "name", title: t("mfa.name"), order: ({ name }) => name, cell: ({ name }) => <Anchor to={demandLink(name)}>{name}</Anchor> },
                { id: "methods", title: t("mfa.methods"), cell: ({ mfa_method_ids }) => mfa_method_ids?.length ?? 0 },
                { id: "concerns", title: t("mfa.concerns"), cell: (demand) => concerns(demand) },
              ]}
              empty={<Empty title={t("mfa.no_enforcements")} />}
            />
          )}
        </Loaded>
      )}
    </>
  );
}

function concerns(demand: Partial<Demand>): string {
  const { auth_method_types = [], auth_method_accessors = [], identity_entity_ids = [], identity_group_ids = [] } = demand;
  return [
    auth_method_types.join(", "),
    auth_method_accessors.length > 0 && t("mfa.n_mounts", { n: auth_method_accessors.length }),
    identity_group_ids.length > 0 && t("mfa.n_groups", { n: identity_group_ids.length }),
    identity_entity_ids.length > 0 && t("mfa.n_entities", { n: identity_entity_ids.length }),
  ].filter(Boolean).join("; ");
}
