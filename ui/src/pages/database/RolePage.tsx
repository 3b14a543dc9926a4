import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { link, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { RemoveButton } from "../../components/RemoveButton";
import { t } from "../../texts";
import { Answer, Facts } from "../engine/Answer";
import { useMount } from "../engine/mount";
import { type DatabaseRole, databaseLink, roleEdit } from "./paths";

/** A role, and the credentials that are made by it. */
export default function RolePage() {
  const mount = useMount();
  const name = useParam("name");
  const path = `${mount}roles/${name}`;
  const leases = `${mount}creds/${name}/`;
  const mayRead = useMay(`read ${path}`);
  const found = useRead<DatabaseRole>(path, { enabled: mayRead === true });
  return (
    <>
      <PageHead title={name} intro={t("database.role_intro")} crumbs={[{ text: mount, to: databaseLink(mount) }]}>
        <LinkButton to={roleEdit(mount, name)} needs={`update ${path}`}>
          {t("engine.change")}
        </LinkButton>
        <LinkButton to={link("/leases", { prefix: leases })} needs={[`list sys/leases/lookup/${leases}`, `sudo sys/leases/lookup/${leases}`]}>
          {t("database.leases")}
        </LinkButton>
        <RemoveButton path={path} name={name} back={databaseLink(mount)}>
          <p>{t("database.remove_role")}</p>
        </RemoveButton>
      </PageHead>
      <Issue key={name} mount={mount} name={name} />
      {mayRead && (
        <Loaded of={found} missing={<Empty title={t("database.no_role")} />}>
          {(role) => (
            <section className="card stack">
              <h2>{t("database.role")}</h2>
              <Facts fields={role} />
            </section>
          )}
        </Loaded>
      )}
    </>
  );
}

/** Asks for a user of the database, and shows it with the time that it has. */
function Issue({ mount, name }: { mount: string; name: string }) {
  const path = `${mount}creds/${name}`;
  const may = useMay(`read ${path}`);
  const [count, setCount] = useState(0);
  const issue = useChange(
    () => send<Envelope<Fields>>("GET", path),
    () => setCount((n) => n + 1),
  );
  if (!may) return null;
  return (
    <>
      <section className="card stack">
        <h2>{t("database.issue")}</h2>
        <p>{t("database.issue_text")}</p>
        {issue.error && <Failure error={issue.error} />}
        <div className="row">
          <Button look="primary" icon={<KeyRound aria-hidden size={16} />} onPress={() => issue.mutate(undefined)} isPending={issue.isPending} needs={`read ${path}`}>
            {t("database.issue")}
          </Button>
        </div>
      </section>
      {issue.data && <Answer key={count} title={t("database.credential")} fields={issue.data.data} lease={issue.data} warnings={issue.data.warnings} />}
    </>
  );
}
