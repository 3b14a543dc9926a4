import { useState } from "react";
import { serverNow } from "../../api/clock";
import { write } from "../../api/client";
import { useChange, useList } from "../../api/hooks";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Confirm } from "../../components/Dialog";
import { Empty, Loaded } from "../../components/Loaded";
import { Distance } from "../../components/Moment";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import type { Certificate } from "./paths";

interface Row extends Certificate {
  serial: string;
}

const moment = (seconds: number) => new Date(seconds * 1000);

/** The certificates that are valid or have just ended, and the way to take one back. */
export function Certificates({ mount }: { mount: string }) {
  const path = `${mount}revoke`;
  const found = useList<Certificate>(`${mount}certs`);
  const [asked, setAsked] = useState<Row | null>(null);
  const revoke = useChange(
    ({ serial }: Row) => write(path, { serial_number: serial }),
    (_, { serial }) => {
      toast(t("ssh.revoked", { name: serial }));
      setAsked(null);
    },
  );
  const stateOf = (row: Row) => (row.revocation_time ? "revoked" : moment(row.valid_before) < serverNow() ? "ended" : "valid");
  return (
    <Loaded of={found}>
      {({ keys, key_info }) => (
        <>
          <p className="intro">{t("ssh.certificates_intro")}</p>
          <DataTable
            label={t("ssh.certificates")}
            rows={keys.flatMap((serial): Row[] => { const info = key_info[serial]; return info ? [{ serial, ...info }] : []; })}
            idOf={({ serial }) => serial}
            textOf={(row) => `${row.serial} ${row.key_id} ${row.role} ${row.display_name} ${row.valid_principals.join(" ")}`}
            columns={[
              { id: "serial", title: t("ssh.serial"), cell: ({ serial }) => <span className="code">{serial}</span> },
              { id: "who", title: t("ssh.asked_by"), secondary: true, order: ({ display_name }) => display_name, cell: ({ display_name }) => display_name },
              { id: "role", title: t("ssh.role"), secondary: true, order: ({ role }) => role, cell: ({ role }) => role },
              { id: "principals", title: t("ssh.principals"), secondary: true, cell: ({ valid_principals }) => valid_principals.join(", ") },
              { id: "ends", title: t("ssh.ends"), order: ({ valid_before }) => valid_before, cell: ({ valid_before }) => <Distance to={moment(valid_before)} /> },
              { id: "state", title: t("ssh.state"), order: stateOf, cell: (row) => <span className={row.revocation_time ? "badge badge-danger" : "badge"}>{t(`ssh.state_${stateOf(row)}`)}</span> },
              { id: "revoke", title: t("kv.actions"), cell: (row) => (row.revocation_time ? null : <Button look="quiet" onPress={() => setAsked(row)} needs={`update ${path}`}>{t("ssh.revoke")}</Button>) },
            ]}
            empty={<Empty title={t("ssh.no_certificates")} />}
          />
          {asked && (
            <Confirm title={t("ssh.revoke_title", { name: asked.serial })} isOpen onClose={() => setAsked(null)} action={t("ssh.revoke")} onConfirm={() => revoke.mutate(asked)} isPending={revoke.isPending} error={revoke.error}>
              <p>{t("ssh.revoke_text")}</p>
            </Confirm>
          )}
        </>
      )}
    </Loaded>
  );
}
