import { useState } from "react";
import { write } from "../../api/client";
import { useChange, useSession } from "../../api/hooks";
import { join } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, NumberField, TextArea, TextField } from "../../components/Field";
import { Once } from "../../components/Once";
import { PageHead } from "../../components/PageHead";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Typed } from "../../components/Typed";
import { Pairs } from "../../forms/Pairs";
import { t } from "../../texts";
import { metadataOf } from "../identity/records";
import { nameFault, namespaceLink, placeOf } from "./place";

interface Made {
  path: string;
  key_shares?: string[];
  key_threshold?: number;
}

/** Makes a namespace, which may have a seal of its own. */
export default function Create() {
  const { namespace } = useSession();
  const parent = useParam("in") || namespace;
  const [made, setMade] = useState<Made | null>(null);
  return (
    <>
      <PageHead title={t("namespaces.create")} crumbs={[{ text: t("namespaces.title"), to: "/namespaces" }]} intro={t("namespaces.create_intro", { parent: parent || t("app.root_namespace") })} />
      {made ? <Shares made={made} /> : <Form parent={parent} here={namespace} onMade={setMade} />}
    </>
  );
}

function Form({ parent, here, onMade }: { parent: string; here: string; onMade: (made: Made) => void }) {
  const [name, setName] = useState("");
  const [metadata, setMetadata] = useState<[string, string][]>([]);
  const [own, setOwn] = useState(false);
  const [shares, setShares] = useState<number | null>(3);
  const [threshold, setThreshold] = useState<number | null>(2);
  const [keys, setKeys] = useState("");
  const navigate = useNavigate();
  const place = placeOf(here, `${parent}/${name || "new"}`);
  const path = place ? join(place.within, "sys/namespaces", name || "new") : "";
  const pgp = keys.split(/\n\s*\n|\n(?=mQ|xs)/).map((each) => each.replace(/\s+/g, "")).filter(Boolean);
  const fault = nameFault(name);
  const isFine = name !== "" && fault === null && (!own || ((shares ?? 0) >= (threshold ?? 0) && (threshold ?? 0) >= 1 && (pgp.length === 0 || pgp.length === shares)));
  const create = useChange(
    () => write<Made>(path, { custom_metadata: metadataOf(metadata), ...(own && { seal: `seal "shamir" {\n  shares    = ${shares}\n  threshold = ${threshold}\n}\n`, ...(pgp.length > 0 && { pgp_keys: pgp }) }) }),
    (made) => {
      toast(t("namespaces.created", { name: made.path }));
      if (made.key_shares?.length) onMade(made);
      else navigate(namespaceLink(made.path), { replace: true });
    },
  );
  return (
    <Typed>
      <SubmitForm
        onSubmit={() => {
          if (isFine) create.mutate(undefined);
        }}
      >
        <TextField label={t("namespaces.name")} description={t("namespaces.name_hint")} value={name} onChange={setName} error={fault ? t(`namespaces.fault_${fault}`) : null} isRequired autoFocus code />
        <Pairs label={t("namespaces.metadata")} description={t("namespaces.metadata_hint")} value={metadata} onChange={setMetadata} />
        <Checkbox label={t("namespaces.own_seal")} description={t("namespaces.own_seal_hint")} value={own} onChange={setOwn} />
        {own && (
          <>
            <div className="grid">
              <NumberField label={t("start.shares")} description={t("start.shares_hint")} value={shares} onChange={setShares} min={1} max={255} />
              <NumberField label={t("start.threshold")} description={t("start.threshold_hint")} value={threshold} onChange={setThreshold} min={1} max={255} error={(threshold ?? 0) > (shares ?? 0) ? t("start.threshold_above") : null} />
            </div>
            <TextArea label={t("namespaces.pgp")} description={t("namespaces.pgp_hint")} value={keys} onChange={setKeys} error={pgp.length > 0 && pgp.length !== shares ? t("start.pgp_count", { n: pgp.length, shares: shares ?? 0 }) : null} code />
          </>
        )}
        {create.error && <Failure error={create.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={create.isPending} isDisabled={!isFine || !place} {...(place && { needs: `create ${path}` as const })}>
            {t("namespaces.create")}
          </Button>
        </div>
      </SubmitForm>
    </Typed>
  );
}

/** The key shares of a new namespace.  Shown once: the server keeps none. */
function Shares({ made }: { made: Made }) {
  const [kept, setKept] = useState(false);
  const navigate = useNavigate();
  const shares = made.key_shares ?? [];
  return (
    <section className="card stack">
      <h2>{t("namespaces.key_shares")}</h2>
      <Once isKept={kept}>{t("namespaces.key_shares_text", { t: made.key_threshold ?? 0, n: shares.length })}</Once>
      <ol className="stack">
        {shares.map((share, index) => (
          <li key={share}>
            <Secret value={share} name={t("start.share_number", { i: index + 1, n: shares.length })} />
          </li>
        ))}
      </ol>
      <Checkbox label={t("namespaces.shares_kept")} value={kept} onChange={setKept} />
      <div className="row">
        <Button look="primary" isDisabled={!kept} onPress={() => navigate(namespaceLink(made.path, "seal"), { replace: true })}>
          {t("start.go_on")}
        </Button>
      </div>
    </section>
  );
}
