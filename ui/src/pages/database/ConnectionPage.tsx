import { useState } from "react";
import { type Fields, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { RemoveButton } from "../../components/RemoveButton";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { Facts } from "../engine/Answer";
import { useMount } from "../engine/mount";
import { Check } from "./Check";
import { connectionEdit, databaseLink, roleEdit, staticEdit, type Connection } from "./paths";

/** A connection to a database: what it is, whether it works, and what can be done with it. */
export default function ConnectionPage() {
  const mount = useMount();
  const name = useParam("name");
  const found = useRead<Connection>(`${mount}config/${name}`);
  const back = databaseLink(mount, "connections");
  return (
    <>
      <PageHead
        title={name}
        intro={t("database.connection_intro")}
        crumbs={[
          { text: mount, to: databaseLink(mount) },
          { text: t("database.connections"), to: back },
        ]}
      >
        <LinkButton to={connectionEdit(mount, name)} needs={`update ${mount}config/${name}`}>
          {t("engine.change")}
        </LinkButton>
        <Reset mount={mount} name={name} />
        <RotateRoot mount={mount} name={name} />
        <RemoveButton path={`${mount}config/${name}`} name={name} back={back} isGrave>
          <p>{t("database.remove_connection")}</p>
        </RemoveButton>
      </PageHead>
      <Loaded of={found} missing={<Empty title={t("database.no_connection")} />}>
        {(connection) => (
          <section className="card stack">
            <h2>{t("engine.now")}</h2>
            <Facts fields={flat(connection)} />
          </section>
        )}
      </Loaded>
      <Check key={name} mount={mount} name={name} />
      <div className="row">
        <LinkButton to={roleEdit(mount, "", name)} needs={`create ${mount}roles/new`}>
          {t("database.create_role")}
        </LinkButton>
        <LinkButton to={staticEdit(mount, "", name)} needs={`create ${mount}static-roles/new`}>
          {t("database.create_static")}
        </LinkButton>
      </div>
    </>
  );
}

/** The details of the driver beside those of the engine. */
function flat({ plugin_name, connection_details, ...rest }: Connection): Fields {
  return { plugin_name, ...connection_details, ...rest };
}

function Reset({ mount, name }: { mount: string; name: string }) {
  const path = `${mount}reset/${name}`;
  const act = useChange(
    () => send("POST", path, { data: {} }),
    () => toast(t("database.was_reset", { name })),
  );
  return (
    <Button onPress={() => act.mutate(undefined)} isPending={act.isPending} needs={`update ${path}`}>
      {t("database.reset")}
    </Button>
  );
}

function RotateRoot({ mount, name }: { mount: string; name: string }) {
  const [open, setOpen] = useState(false);
  const path = `${mount}rotate-root/${name}`;
  const act = useChange(
    () => send("POST", path, { data: {} }),
    () => {
      toast(t("database.root_rotated", { name }));
      setOpen(false);
    },
  );
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={`update ${path}`}>
        {t("database.rotate_root")}
      </Button>
      {open && (
        <Confirm title={t("database.rotate_root_title", { name })} isOpen onClose={() => setOpen(false)} action={t("database.rotate_root")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} typed={name}>
          <p>{t("database.rotate_root_text")}</p>
        </Confirm>
      )}
    </>
  );
}
