import { Held } from "../../components/Held";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { Loaded } from "../../components/Loaded";
import { toast } from "../../components/toasts";
import { Warnings } from "../../components/Warnings";
import { SettingValues } from "../../forms/SettingsForm";
import { grouped } from "../../forms/grouped";
import { SchemaForm } from "../../forms/SchemaForm";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { whole } from "./merged";
import { issuerPath } from "./mount";

const FIRST = ["issuer_name", "usage", "leaf_not_after_behavior", "revocation_signature_algorithm", "manual_chain", "disable_name_constraint_checks"] as const;
const URLS = ["issuing_certificates", "crl_distribution_points", "delta_crl_distribution_points", "ocsp_servers", "enable_aia_url_templating"] as const;

/** How an issuer is used. */
export function IssuerSettings({ mount, id }: { mount: string; id: string }) {
  const path = issuerPath(mount, id);
  const found = useRead<Fields>(path);
  const schema = useSchema(`${mount}issuer/{issuer_ref}`);
  const [mayPatch, mayWrite] = [useMay(`patch ${path}`), useMay(`update ${path}`)];
  const save = useChange(
    // Only what was changed, where that is allowed: so that two who change different things don't undo each other's.
    ({ now, changed }: { now: Fields; changed: Fields }) => (mayPatch ? send<Envelope<Fields>>("PATCH", path, { data: changed }) : send<Envelope<Fields>>("POST", path, { data: whole(schema.data ?? {}, now, changed) })),
    () => toast(t("pki.saved")),
  );
  return (
    <section className="card stack">
      <Loaded of={found}>
        {(values) => {
          // The API tells the usages as one text, and takes a list.
          const now: Fields = { ...values, usage: String(values["usage"] ?? "").split(",") };
          if (mayPatch === false && mayWrite === false) return <SettingValues values={now} names={[...FIRST, ...URLS]} />;
          return (
            <Loaded of={schema}>
              {(known) => <Held key={path} value={now}>{(held) => <SchemaForm schema={grouped(known, [[t("pki.group_urls"), URLS]])} values={held} order={FIRST} submit={t("common.save")} needs={mayPatch ? `patch ${path}` : `update ${path}`} onSubmit={(changed) => save.mutate({ now: held, changed })} isPending={save.isPending} error={save.error} />}</Held>}
            </Loaded>
          );
        }}
      </Loaded>
      <Warnings of={save.data?.warnings} />
    </section>
  );
}
