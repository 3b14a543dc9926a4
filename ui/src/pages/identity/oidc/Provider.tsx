import { useMay } from "../../../api/capabilities";
import { useList } from "../../../api/hooks";
import { useReach } from "../../../api/reach";
import { useNavigate } from "../../../app/location";
import { Anchor, LinkButton } from "../../../components/Button";
import { DataTable } from "../../../components/DataTable";
import { Failure } from "../../../components/Failure";
import { Empty, Loaded } from "../../../components/Loaded";
import { OpenByName } from "../../../components/OpenByName";
import { PageHead } from "../../../components/PageHead";
import { PageTabs } from "../../../components/PageTabs";
import { t } from "../../../texts";
import { type Kind, itemLink, KINDS } from "./kinds";

/** This server as an identity provider: what applications log people in by. */
export default function Provider() {
  return (
    <>
      <PageHead title={t("provider.title")} intro={t("provider.intro")} />
      <PageTabs label={t("provider.title")} tabs={KINDS.map((kind) => ({ id: kind, title: t(`provider.${kind}s`), content: <Names kind={kind} /> }))} />
    </>
  );
}

function Names({ kind }: { kind: Kind }) {
  const found = useList<{ client_id?: string; issuer?: string }>(`identity/oidc/${kind}`);
  const some = useReach("update", `identity/oidc/${kind}/`).length > 0;
  const any = useMay(`update identity/oidc/${kind}/new`);
  const navigate = useNavigate();
  const denied = found.error?.kind === "denied" ? found.error : null;
  return (
    <>
      <p className="intro">{t(`provider.${kind}s_intro`)}</p>
      {(some || any) && (
        <div className="row">
          <LinkButton to={itemLink(kind)}>{t(`provider.create_${kind}`)}</LinkButton>
        </div>
      )}
      {denied ? (
        <>
          <Failure error={denied} />
          <OpenByName label={t("provider.open")} to={(name) => itemLink(kind, name)} />
        </>
      ) : (
        <Loaded of={found}>
          {({ keys, key_info }) => (
            <DataTable
              label={t(`provider.${kind}s`)}
              rows={keys.map((name) => ({ name, about: key_info[name]?.client_id ?? key_info[name]?.issuer ?? "" }))}
              idOf={({ name }) => name}
              textOf={({ name, about }) => `${name} ${about}`}
              onOpen={({ name }) => navigate(itemLink(kind, name))}
              columns={[
                { id: "name", title: t("provider.name"), order: ({ name }) => name, cell: ({ name }) => <Anchor to={itemLink(kind, name)}>{name}</Anchor> },
                ...(kind === "client" || kind === "provider" ? [{ id: "about", title: t(kind === "client" ? "provider.client_id" : "provider.issuer"), cell: ({ about }: { about: string }) => <span className="code">{about}</span> }] : []),
              ]}
              empty={<Empty title={t("provider.empty")} />}
            />
          )}
        </Loaded>
      )}
    </>
  );
}
