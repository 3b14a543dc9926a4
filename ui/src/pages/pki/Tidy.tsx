import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Fields, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Loaded } from "../../components/Loaded";
import { exact } from "../../components/Moment";
import { PageTabs } from "../../components/PageTabs";
import { Progress } from "../../components/Progress";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { SettingsForm } from "../../forms/SettingsForm";
import { useSchema } from "../../forms/schema";
import { t, textOr } from "../../texts";
import { Head } from "./Head";
import { needs } from "./mount";
import { asUsual, isRunning, keptOf, type TidyStatus, withoutEffect } from "./tidy";

const LOOK_EVERY_MS = 2000;

/** Removes what has expired: by itself, and when somebody asks for it.  How far it is tells the server. */
export default function Tidy() {
  const mount = useParam("mount");
  const found = useRead<TidyStatus>(join(mount, "tidy-status"), { every: LOOK_EVERY_MS });
  const mayAuto = useMay(`read ${join(mount, "config/auto-tidy")}`);
  const mayRun = useMay(needs(mount).tidy);
  return (
    <>
      <Head part="tidy" intro={t("pki.tidy_intro")} />
      <Loaded of={found}>
        {(status) => (
          <>
            <Status mount={mount} status={status} />
            <PageTabs
              label={t("pki.part_tidy")}
              tabs={[
                ...(mayRun ? [{ id: "run", title: t("pki.tidy_run"), content: <Run mount={mount} mayAuto={mayAuto === true} isRunning={isRunning(status)} /> }] : []),
                ...(mayAuto ? [{ id: "auto", title: t("pki.tidy_auto"), content: <Auto mount={mount} /> }] : []),
              ]}
            />
          </>
        )}
      </Loaded>
    </>
  );
}

function Status({ mount, status }: { mount: string; status: TidyStatus }) {
  const cancel = useChange(
    () => send("POST", join(mount, "tidy-cancel"), { data: {} }),
    () => toast(t("pki.tidy_cancelled")),
  );
  const count = (value: number | null) => (value === null ? null : String(value));
  const isOn = isRunning(status);
  return (
    <section className="card stack" aria-live="polite" data-state={status.state}>
      <div className="row">
        <h2>{textOr(`pki.tidy_state_${status.state.toLowerCase()}`, status.state)}</h2>
        {isOn && (
          <Button onPress={() => cancel.mutate(undefined)} isPending={cancel.isPending} needs={needs(mount).tidyCancel}>
            {t("pki.tidy_stop")}
          </Button>
        )}
      </div>
      {isOn && <Progress label={t("pki.tidy_under_way")} value={status.cert_store_deleted_count ?? 0} most={0} text={status.message ?? t("pki.tidy_removed", { n: status.cert_store_deleted_count ?? 0 })} />}
      {status.error && <p className="notice notice-danger">{status.error}</p>}
      {cancel.error && <Failure error={cancel.error} />}
      <Facts
        rows={[
          [t("pki.tidy_started"), exact(status.time_started)],
          [t("pki.tidy_finished"), exact(status.time_finished)],
          [t("pki.tidy_last_auto"), exact(status.last_auto_tidy_finished)],
          [t("pki.tidy_certificates"), count(status.cert_store_deleted_count)],
          [t("pki.tidy_revoked"), count(status.revoked_cert_deleted_count)],
          [t("pki.tidy_issuers"), status.issuers_deleted_count ? String(status.issuers_deleted_count) : null],
          [t("pki.tidy_orders"), status.acme_orders_deleted_count ? String(status.acme_orders_deleted_count) : null],
          [t("pki.tidy_accounts"), status.acme_account_deleted_count ? String(status.acme_account_deleted_count) : null],
          ...keptOf(status.kept).map(({ what, why, count: kept }) => [t("pki.tidy_kept", { what, why }), String(kept)] as const),
          [t("pki.tidy_next"), exact(status.next_eligible_at)],
          [t("pki.tidy_stored"), count(status.current_cert_store_count)],
          [t("pki.tidy_stored_revoked"), count(status.current_revoked_cert_count)],
        ]}
      />
    </section>
  );
}

function Run({ mount, mayAuto, isRunning: isOn }: { mount: string; mayAuto: boolean; isRunning: boolean }) {
  const path = join(mount, "tidy");
  const schema = useSchema(path);
  const automatic = useRead<Fields>(join(mount, "config/auto-tidy"), { enabled: mayAuto });
  const [made, setMade] = useState(0);
  const run = useChange(
    (body: Fields) => send("POST", path, { data: body }),
    () => {
      setMade(made + 1);
      toast(t("pki.tidy_begun"));
    },
  );
  if (isOn) return <p>{t("pki.tidy_is_on")}</p>;
  if (mayAuto && automatic.isPending) return null;
  return (
    <section className="card">
      <Loaded of={schema}>{(known) => <SchemaForm key={made} schema={known} initial={asUsual(automatic.data, known)} leftOut={withoutEffect(known)} submit={t("pki.tidy_start")} needs={needs(mount).tidy} onSubmit={(body) => run.mutate(body)} isPending={run.isPending} error={run.error} />}</Loaded>
    </section>
  );
}

function Auto({ mount }: { mount: string }) {
  const path = join(mount, "config/auto-tidy");
  const schema = useSchema(path);
  return (
    <section className="card">
      <Loaded of={schema}>{(known) => <SettingsForm path={path} saved={t("pki.saved")} order={["enabled", "interval_duration", "tidy_cert_store", "safety_buffer", "tidy_revoked_certs", "revoked_safety_buffer", "tidy_acme", "acme_account_safety_buffer", "tidy_expired_issuers", "issuer_safety_buffer"]} leftOut={withoutEffect(known)} />}</Loaded>
    </section>
  );
}
