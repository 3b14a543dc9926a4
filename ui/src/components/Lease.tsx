import { useState } from "react";
import { useMay } from "../api/capabilities";
import { type Envelope, send } from "../api/client";
import { useChange } from "../api/hooks";
import { t } from "../texts";
import { Button } from "./Button";
import { Confirm } from "./Dialog";
import { Countdown } from "./Countdown";
import { Failure } from "./Failure";
import { CopyButton } from "./Secret";
import { duration } from "./time";
import { toast } from "./toasts";

interface Props {
  lease: Pick<Envelope<unknown>, "lease_id" | "lease_duration" | "renewable">;
  /** When it was answered. */
  at: Date;
  onRevoked: () => void;
}

/** The lease of what was just issued: how long it lasts, and what can be done with it. */
export function Lease({ lease, at, onRevoked }: Props) {
  const [until, setUntil] = useState(() => new Date(at.getTime() + lease.lease_duration * 1000));
  const renewing = usePlace("renew", lease.lease_id);
  const renew = useChange(
    () => send<Envelope<null>>("POST", renewing, { data: { lease_id: lease.lease_id } }),
    (renewed) => {
      setUntil(new Date(Date.now() + renewed.lease_duration * 1000));
      toast(t("lease.renewed", { time: duration(renewed.lease_duration) }));
    },
  );
  return (
    <section className="stack" aria-label={t("lease.title")}>
      <dl className="facts">
        <div className="fact">
          <dt>{t("lease.ends")}</dt>
          <dd>
            <Countdown until={until} />
          </dd>
        </div>
        <div className="fact">
          <dt>{t("lease.id")}</dt>
          <dd className="row">
            <span className="code">{lease.lease_id}</span>
            <CopyButton text={lease.lease_id} label={t("lease.copy_id")} />
          </dd>
        </div>
      </dl>
      {renew.error && <Failure error={renew.error} />}
      <div className="row">
        {lease.renewable && (
          <Button onPress={() => renew.mutate(undefined)} isPending={renew.isPending} needs={`update ${renewing}`}>
            {t("lease.renew")}
          </Button>
        )}
        <Revoke id={lease.lease_id} onRevoked={onRevoked} />
      </div>
    </section>
  );
}

/** Where the user may do it: for all leases, or for those below a path that his policies name. */
function usePlace(what: "renew" | "revoke", id: string): string {
  const all = `sys/leases/${what}`;
  return useMay(`update ${all}`) === false ? `${all}/${id}` : all;
}

function Revoke({ id, onRevoked }: { id: string; onRevoked: () => void }) {
  const [open, setOpen] = useState(false);
  const place = usePlace("revoke", id);
  const revoke = useChange(
    () => send("POST", place, { data: { lease_id: id, sync: true } }),
    () => {
      toast(t("lease.revoked"));
      setOpen(false);
      onRevoked();
    },
  );
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={`update ${place}`}>
        {t("lease.revoke")}
      </Button>
      {open && (
        <Confirm title={t("lease.revoke_title")} isOpen onClose={() => setOpen(false)} action={t("lease.revoke")} onConfirm={() => revoke.mutate(undefined)} isPending={revoke.isPending} error={revoke.error}>
          <p>{t("lease.revoke_text")}</p>
        </Confirm>
      )}
    </>
  );
}
