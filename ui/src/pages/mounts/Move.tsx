import { useState } from "react";
import { type Envelope, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { faultOf } from "../../api/paths";
import { useNavigate } from "../../app/location";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { prefixOf, settingsLink, type Table } from "./table";

/** Gives a mount another path. */
export function Move({ table, path }: { table: Table; path: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={["update sys/remount", "sudo sys/remount"]}>
        {t("mounts.move")}
      </Button>
      {open && <Moving table={table} path={path} onClose={() => setOpen(false)} />}
    </>
  );
}

function Moving({ table, path, onClose }: { table: Table; path: string; onClose: () => void }) {
  const [wanted, setWanted] = useState(path.replace(/\/$/, ""));
  const navigate = useNavigate();
  const to = wanted.replace(/^\/+|\/+$/g, "");
  const fault = faultOf(to);
  const move = useChange(
    () => send<Envelope<{ migration_id: string }>>("POST", "sys/remount", { data: { from: prefixOf(table, path), to: prefixOf(table, `${to}/`) } }),
    () => {
      toast(t("mounts.moved", { path, to: `${to}/` }));
      onClose();
      navigate(settingsLink(table, `${to}/`), { replace: true });
    },
  );
  return (
    <Dialog title={t("mounts.move_title", { path })} isOpen onClose={onClose}>
      <SubmitForm
        className="body"
        onSubmit={() => {
          if (!fault) move.mutate(undefined);
        }}
      >
        <p>{t("mounts.move_text")}</p>
        <TextField label={t("mounts.move_to")} value={wanted} onChange={setWanted} error={fault && wanted !== "" ? t(`kv.fault_${fault}`) : null} isRequired autoFocus code />
        {move.error && <Failure error={move.error} />}
        <footer className="row">
          <Button onPress={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" look="primary" isPending={move.isPending} isDisabled={fault !== null || `${to}/` === path}>
            {t("mounts.move")}
          </Button>
        </footer>
      </SubmitForm>
    </Dialog>
  );
}
