import { useMay } from "../../api/capabilities";
import { LinkButton } from "../../components/Button";
import { Empty } from "../../components/Loaded";
import { PageTabs } from "../../components/PageTabs";
import { t } from "../../texts";
import { EngineHead } from "../engine/EngineHead";
import { useMount } from "../engine/mount";
import { NameTable } from "../engine/NameTable";
import { Draining } from "./Draining";
import { connectionEdit, connectionLink, roleEdit, roleLink, staticEdit, staticLink } from "./paths";

/** A database engine: its roles, its static roles, and the databases that it is connected to. */
export default function Database() {
  const mount = useMount();
  const tabs = [
    { id: "roles", title: t("database.roles"), content: <Roles mount={mount} /> },
    { id: "static", title: t("database.static_roles"), content: <StaticRoles mount={mount} /> },
    { id: "connections", title: t("database.connections"), content: <Connections mount={mount} /> },
  ];
  return (
    <>
      <EngineHead mount={mount} intro={t("database.intro")} />
      <PageTabs label={mount} tabs={tabs} />
    </>
  );
}

function Roles({ mount }: { mount: string }) {
  return (
    <>
      <div className="row">
        <LinkButton to={roleEdit(mount)} look="primary" needs={`create ${mount}roles/new`}>
          {t("database.create_role")}
        </LinkButton>
      </div>
      <NameTable label={t("database.roles")} path={`${mount}roles`} to={(name) => roleLink(mount, name)} used={[`${mount}creds/{name}`, `${mount}roles/{name}`]} empty={<First mount={mount} title={t("database.no_roles")} />} />
    </>
  );
}

function StaticRoles({ mount }: { mount: string }) {
  return (
    <>
      <p className="intro">{t("database.static_intro")}</p>
      <div className="row">
        <LinkButton to={staticEdit(mount)} look="primary" needs={`create ${mount}static-roles/new`}>
          {t("database.create_static")}
        </LinkButton>
      </div>
      <NameTable label={t("database.static_roles")} path={`${mount}static-roles`} to={(name) => staticLink(mount, name)} used={[`${mount}static-creds/{name}`, `${mount}static-roles/{name}`]} empty={<First mount={mount} title={t("database.no_static")} />} />
    </>
  );
}

function Connections({ mount }: { mount: string }) {
  const mayDrain = useMay(`list ${mount}draining`);
  return (
    <>
      <div className="row">
        <LinkButton to={connectionEdit(mount)} look="primary" needs={`create ${mount}config/new`}>
          {t("database.create_connection")}
        </LinkButton>
      </div>
      <NameTable label={t("database.connections")} path={`${mount}config`} to={(name) => connectionLink(mount, name)} used={[`${mount}config/{name}`]} empty={<Empty title={t("database.no_connections")} />} />
      {mayDrain && <Draining mount={mount} />}
    </>
  );
}

/** What is said where there are no roles yet: that a connection comes first. */
function First({ mount, title }: { mount: string; title: string }) {
  return (
    <Empty title={title}>
      <p>{t("database.first")}</p>
      <LinkButton to={connectionEdit(mount)} needs={`create ${mount}config/new`}>
        {t("database.create_connection")}
      </LinkButton>
    </Empty>
  );
}
