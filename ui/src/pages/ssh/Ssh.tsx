import { useMay } from "../../api/capabilities";
import { LinkButton } from "../../components/Button";
import { Empty } from "../../components/Loaded";
import { PageTabs } from "../../components/PageTabs";
import { t, textOr } from "../../texts";
import { EngineHead } from "../engine/EngineHead";
import { useMount } from "../engine/mount";
import { NameTable } from "../engine/NameTable";
import { Authority } from "./Authority";
import { Certificates } from "./Certificates";
import { Lookup } from "./Lookup";
import { roleEdit, roleLink } from "./paths";

/** An SSH engine: its roles, its authorities, and what it has signed. */
export default function Ssh() {
  const mount = useMount();
  const mayList = useMay(`list ${mount}certs`);
  const tabs = [
    { id: "roles", title: t("ssh.roles"), content: <Roles mount={mount} /> },
    { id: "authority", title: t("ssh.authority"), content: <Authority mount={mount} /> },
    ...(mayList ? [{ id: "certificates", title: t("ssh.certificates"), content: <Certificates mount={mount} /> }] : []),
  ];
  return (
    <>
      <EngineHead mount={mount} intro={t("ssh.intro")} />
      <PageTabs label={mount} tabs={tabs} />
    </>
  );
}

function Roles({ mount }: { mount: string }) {
  return (
    <>
      <div className="row">
        <LinkButton to={roleEdit(mount)} look="primary" needs={`update ${mount}roles/new`}>
          {t("ssh.create_role")}
        </LinkButton>
      </div>
      <NameTable<{ key_type: string }>
        label={t("ssh.roles")}
        path={`${mount}roles`}
        to={(name) => roleLink(mount, name)}
        used={["sign", "issue", "creds", "roles"].map((each) => `${mount}${each}/{name}`)}
        columns={[{ id: "kind", title: t("ssh.kind"), order: ({ info }) => info?.key_type ?? "", cell: ({ info }) => info && textOr(`ssh.kind_${info.key_type}`, info.key_type) }]}
        empty={<Empty title={t("ssh.no_roles")} />}
      />
      <Lookup mount={mount} />
    </>
  );
}
