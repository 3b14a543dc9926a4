import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Fields, type Json, read, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Countdown } from "../../components/Countdown";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { RemoveButton } from "../../components/RemoveButton";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { Answer, Facts } from "../engine/Answer";
import { useMount } from "../engine/mount";
import { databaseLink, staticEdit, type StaticRole } from "./paths";

/** A static role: a user that exists, how its password changes, and what it is now. */
export default function StaticPage() {
  const mount = useMount();
  const name = useParam("name");
  const path = `${mount}static-roles/${name}`;
  const mayRead = useMay(`read ${path}`);
  const found = useRead<StaticRole>(path, { enabled: mayRead === true });
  const back = databaseLink(mount, "static");
  return (
    <>
      <PageHead
        title={name}
        intro={t("database.static_role_intro")}
        crumbs={[
          { text: mount, to: databaseLink(mount) },
          { text: t("database.static_roles"), to: back },
        ]}
      >
        <LinkButton to={staticEdit(mount, name)} needs={`update ${path}`}>
          {t("engine.change")}
        </LinkButton>
        <Rotate mount={mount} name={name} />
        <RemoveButton path={path} name={name} back={back}>
          <p>{t("database.remove_static")}</p>
        </RemoveButton>
      </PageHead>
      <Credential key={name} mount={mount} name={name} />
      {mayRead && (
        <Loaded of={found} missing={<Empty title={t("database.no_role")} />}>
          {(role) => (
            <section className="card stack">
              <h2>{t("database.static_role")}</h2>
              {role["overdue"] === true && <Overdue state={role["rotation_state"]} />}
              <Facts fields={role} />
            </section>
          )}
        </Loaded>
      )}
    </>
  );
}

/** That a rotation should have been, and what the database said. */
function Overdue({ state }: { state: Json | undefined }) {
  const error = typeof state === "object" && state !== null && !Array.isArray(state) ? state["last_error"] : undefined;
  return (
    <div role="status" className="notice notice-warn">
      <div>
        <p>{t("database.overdue")}</p>
        {typeof error === "string" && <p className="code">{error}</p>}
      </div>
    </div>
  );
}

/** The password as it is now, read when somebody asks: with `rotate_on_read` a read changes it. */
function Credential({ mount, name }: { mount: string; name: string }) {
  const path = `${mount}static-creds/${name}`;
  const may = useMay(`read ${path}`);
  const [at, setAt] = useState(() => new Date());
  const ask = useChange(
    () => read<Fields>(path),
    () => setAt(new Date()),
  );
  if (!may) return null;
  const { ttl, ...fields } = ask.data ?? {};
  return (
    <>
      <section className="card stack">
        <h2>{t("database.read_static")}</h2>
        {ask.error && <Failure error={ask.error} />}
        <div className="row">
          <Button look="primary" onPress={() => ask.mutate(undefined)} isPending={ask.isPending} needs={`read ${path}`}>
            {t("database.read_static")}
          </Button>
          {typeof ttl === "number" && (
            <span>
              {t("database.changes_in")} <Countdown key={at.getTime()} until={new Date(at.getTime() + ttl * 1000)} over={t("database.changes_now")} />
            </span>
          )}
        </div>
      </section>
      {ask.data && <Answer key={at.getTime()} title={t("database.credential")} fields={fields} />}
    </>
  );
}

function Rotate({ mount, name }: { mount: string; name: string }) {
  const [open, setOpen] = useState(false);
  const path = `${mount}rotate-role/${name}`;
  const act = useChange(
    () => send("POST", path, { data: {} }),
    () => {
      toast(t("database.rotated", { name }));
      setOpen(false);
    },
  );
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={`update ${path}`}>
        {t("database.rotate")}
      </Button>
      {open && (
        <Confirm title={t("database.rotate_title", { name })} isOpen onClose={() => setOpen(false)} action={t("database.rotate")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error}>
          <p>{t("database.rotate_text")}</p>
        </Confirm>
      )}
    </>
  );
}
