import { useState } from "react";
import type { Need } from "../../api/capabilities";
import { type Fields, remove, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { bodyOf, useDescription } from "../../api/openapi";
import { useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Checkbox } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { listLink, mountPath, prefixOf, type Table } from "./table";

/** The settings of a mount, and its end. */
export default function Settings() {
  const table: Table = useParam("table") === "auth" ? "auth" : "secret";
  const path = useParam("path");
  const place = mountPath(table, path);
  const found = useRead<Fields>(`${place}/tune`);
  const document = useDescription();
  const save = useChange(
    (body: Fields) => send("POST", `${place}/tune`, { data: body }),
    () => toast(t("mounts.saved", { path })),
  );
  return (
    <>
      <PageHead title={prefixOf(table, path)} crumbs={[{ text: t(table === "auth" ? "auth.title" : "secrets.title"), to: listLink(table) }]}>
        <Disable table={table} path={path} />
      </PageHead>
      <Loaded of={found}>
        {(values) => (
          <Loaded of={document}>
            {(description) => {
              const item = description.paths[`/sys/${table === "auth" ? "auth" : "mounts"}/{path}/tune`];
              return (
                <div className="card">
                  <SchemaForm schema={item?.post ? bodyOf(description, item.post) : {}} values={values} submit={t("common.save")} needs={`update ${place}/tune`} onSubmit={(body) => save.mutate(body)} isPending={save.isPending} error={save.error} />
                </div>
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </>
  );
}

function Disable({ table, path }: { table: Table; path: string }) {
  const [open, setOpen] = useState(false);
  const [force, setForce] = useState(false);
  const navigate = useNavigate();
  const place = mountPath(table, path);
  const act = useChange(
    async () => {
      if (force) await send("POST", `sys/leases/revoke-force/${prefixOf(table, path).replace(/\/$/, "")}`, { data: {} });
      await remove(place);
    },
    () => {
      toast(t("mounts.disabled", { path }));
      setOpen(false);
      navigate(listLink(table));
    },
  );
  return (
    <>
      <Button look="danger" onPress={() => setOpen(true)} needs={`delete ${place}` as Need}>
        {t("mounts.disable")}
      </Button>
      {open && (
        <Confirm title={t("mounts.disable_title", { path })} isOpen onClose={() => setOpen(false)} action={t("mounts.disable")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} typed={path.replace(/\/$/, "")}>
          <p>{t(table === "auth" ? "mounts.disable_auth" : "mounts.disable_secret")}</p>
          {act.error && <Checkbox label={t("mounts.force")} description={t("mounts.force_hint")} value={force} onChange={setForce} />}
        </Confirm>
      )}
    </>
  );
}
