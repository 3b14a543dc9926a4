import { useState } from "react";
import type { Need } from "../../api/capabilities";
import { type Envelope, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { Warnings } from "../../components/Warnings";

/** Ends every lease of an entity. */
export function RevokeOfEntity({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const path = `sys/leases/revoke-entity/${id}`;
  const revoke = useChange(
    () => send<Envelope<null> | undefined>("POST", path, { data: {} }),
    (answer) => {
      if (!answer?.warnings?.length) toast(t("leases.revoking"));
      setOpen(false);
    },
  );
  const ask = () => {
    revoke.reset();
    setOpen(true);
  };
  return (
    <>
      <Warnings of={revoke.data?.warnings} />
      <div className="row">
        <Button look="danger" onPress={ask} needs={[`update ${path}` as Need, `sudo ${path}` as Need]}>
          {t("leases.revoke_entity")}
        </Button>
      </div>
      {open && (
        <Confirm title={t("leases.revoke_entity")} isOpen onClose={() => setOpen(false)} action={t("leases.revoke")} onConfirm={() => revoke.mutate(undefined)} isPending={revoke.isPending} error={revoke.error} typed={id}>
          <p>{t("leases.revoke_entity_text")}</p>
        </Confirm>
      )}
    </>
  );
}
