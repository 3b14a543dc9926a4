import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { nameOf } from "../../api/paths";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, TextField } from "../../components/Field";
import { Removal } from "../../components/Removal";
import { SubmitForm } from "../../components/SubmitForm";
import { duration } from "../../components/time";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { endPath, type LeaseFacts, needsOf } from "./lease";
import { Warnings } from "../../components/Warnings";

/** What can be done with a lease: more time, its end, and forgetting one that can't be ended. */
export function Changes({ lease }: { lease: LeaseFacts }) {
  const isOver = lease.state === "revoking" || lease.state === "irrevocable";
  return (
    <>
      {lease.renewable && !isOver && <Renew lease={lease} />}
      <div className="row">
        {/* What fails may be tried at once, though the server tries it by itself. */}
        <Revoke lease={lease} isOver={isOver} />
        {isOver && <Force lease={lease} />}
      </div>
    </>
  );
}

function Renew({ lease }: { lease: LeaseFacts }) {
  const [increment, setIncrement] = useState("");
  const renew = useChange(
    () => send<Envelope<null>>("POST", "sys/leases/renew", { data: { lease_id: lease.id, ...(increment.trim() && { increment: increment.trim() }) } }),
    (answer) => toast(t("leases.renewed", { time: duration(answer.lease_duration) })),
  );
  if (!useMay("update sys/leases/renew")) return null;
  return (
    <SubmitForm onSubmit={() => renew.mutate(undefined)}>
      <TextField label={t("leases.increment")} description={t("leases.increment_hint")} value={increment} onChange={setIncrement} placeholder="1h" code />
      <Warnings of={renew.data?.warnings} />
      {renew.error && <Failure error={renew.error} />}
      <div className="row">
        <Button type="submit" isPending={renew.isPending} needs="update sys/leases/renew">
          {t("leases.renew")}
        </Button>
      </div>
    </SubmitForm>
  );
}

function Revoke({ lease, isOver }: { lease: LeaseFacts; isOver: boolean }) {
  const [sync, setSync] = useState(isOver);
  return (
    <Removal
      action={t(isOver ? "leases.try_again" : "leases.revoke")}
      title={t("leases.revoke_title")}
      needs="update sys/leases/revoke"
      act={() => send("POST", "sys/leases/revoke", { data: { lease_id: lease.id, sync } })}
      done={() => toast(t(sync ? "leases.revoked" : "leases.revoking"))}
      look="danger"
    >
      <p className="code">{lease.id}</p>
      <p>{t(lease.state ? "leases.revoke_text" : "leases.revoke_token_text")}</p>
      {lease.state && <Checkbox label={t("leases.sync")} description={t("leases.sync_hint")} value={sync} onChange={setSync} />}
    </Removal>
  );
}

function Force({ lease }: { lease: LeaseFacts }) {
  return (
    <Removal
      action={t("leases.force")}
      title={t("leases.force_title")}
      needs={needsOf(lease.id).force}
      act={() => send("POST", endPath("revoke-force", lease.id), { data: {} })}
      done={() => toast(t("leases.forgotten"))}
      typed={nameOf(lease.id)}
    >
      <p>{t("leases.force_text")}</p>
      {lease.account && <p>{t("leases.force_account", { account: lease.account })}</p>}
    </Removal>
  );
}
