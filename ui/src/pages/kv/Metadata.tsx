import { type ReactNode, useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useUnsaved } from "../../app/unsaved";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, NumberField, TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { exact } from "../../components/Moment";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Pairs } from "../../forms/Pairs";
import { t } from "../../texts";
import { changesOf, customOf, formOf, KNOWN, type MetadataForm, type SecretMetadata } from "./secret_metadata";
import { metadataPath, needs, type Store } from "./store";

interface Props {
  store: Store;
  path: string;
}

/** The settings of a secret, and what its users have noted of it: a form for who may change them. */
export function Metadata({ store, path }: Props) {
  const found = useRead<SecretMetadata>(metadataPath(store, path));
  const need = needs(store, path);
  const [mayWrite, mayPatch] = [useMay(need.changeMetadata), useMay(need.patchMetadata)];
  return (
    <Loaded of={found} missing={<Empty title={t("kv.missing")} />}>
      {(metadata) => (
        <div className="stack">
          <Facts metadata={metadata} isWhole={!mayWrite && !mayPatch} />
          {(mayWrite || mayPatch) && <Settings key={path} store={store} path={path} metadata={metadata} latest={async () => (await found.refetch()).data} isPatch={!mayWrite} />}
        </div>
      )}
    </Loaded>
  );
}

/** What nobody can change; for who may change nothing, everything. */
function Facts({ metadata, isWhole }: { metadata: SecretMetadata; isWhole: boolean }) {
  const facts: [string, ReactNode][] = [
    [t("kv.created"), exact(metadata.created_time)],
    [t("kv.updated"), exact(metadata.updated_time)],
    [t("kv.current_version"), metadata.current_version],
    ...(isWhole
      ? ([
          ...Object.entries(metadata.custom_metadata ?? {}),
          [t("kv.max_versions"), metadata.max_versions || t("kv.as_engine")],
          [t("kv.delete_after"), metadata.delete_version_after === "0s" ? t("kv.as_engine") : metadata.delete_version_after],
          [t("kv.cas"), t(metadata.cas_required ? "common.yes" : "common.no")],
        ] satisfies [string, ReactNode][])
      : []),
  ];
  return (
    <dl className="facts card">
      {facts.map(([name, text]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Settings({ store, path, metadata, latest, isPatch }: Props & { metadata: SecretMetadata; latest: () => Promise<SecretMetadata | undefined>; isPatch: boolean }) {
  const [base, setBase] = useState(metadata);
  const [form, setForm] = useState(() => formOf(metadata));
  const set = <K extends keyof MetadataForm>(name: K) => (value: MetadataForm[K]) => setForm({ ...form, [name]: value });
  const { twice } = customOf(form);
  const changes = changesOf(base, form, isPatch);
  useUnsaved(Object.keys(changes).length > 0);
  const save = useChange(
    // Who has looked at older settings doesn't overwrite newer ones.
    (_: MetadataForm) => send<Envelope<null> | undefined>(isPatch ? "PATCH" : "POST", metadataPath(store, path), { data: { ...changes, metadata_cas: base.current_metadata_version } }),
    (_, saved) => {
      toast(t("kv.metadata_saved"));
      void renew(saved);
    },
  );
  /** Takes what the server has now; what was typed since a form was saved, or is kept on purpose, stays. */
  const renew = async (saved: MetadataForm | null) => {
    const found = await latest();
    if (!found) return;
    setBase(found);
    setForm((typed) => (typed === saved ? formOf(found) : typed));
  };
  const isOvertaken = save.error?.errors.some((text) => text.includes("metadata check-and-set")) ?? false;
  return (
    <SubmitForm
      className="stack card"
      onSubmit={() => {
        if (twice === null) save.mutate(form);
      }}
    >
      <div className="grid top">
        {KNOWN.map((name) => (
          <TextField key={name} label={t(`kv.${name}`)} description={t(`kv.${name}_hint`)} value={form[name]} onChange={set(name)} />
        ))}
      </div>
      <Pairs label={t("kv.custom")} description={t("kv.custom_hint")} value={form.custom} onChange={set("custom")} />
      <div className="grid top">
        <NumberField label={t("kv.max_versions")} description={t("kv.max_versions_hint")} value={form.max} onChange={set("max")} min={0} />
        <TextField label={t("kv.delete_after")} description={t("kv.delete_after_hint")} value={form.after} onChange={set("after")} code />
      </div>
      <Checkbox label={t("kv.cas")} description={t("kv.cas_hint")} value={form.cas} onChange={set("cas")} />
      <Checkbox label={t("kv.metadata_cas")} value={form.metadataCas} onChange={set("metadataCas")} />
      {twice !== null && <p className="notice notice-danger">{t("kv.custom_twice", { name: twice })}</p>}
      {save.data?.warnings?.map((text) => (
        <p key={text} className="notice notice-warn" role="status">
          {text}
        </p>
      ))}
      {save.error && <Failure error={save.error} />}
      {isOvertaken && (
        <div className="notice notice-warn">
          <div>
            <p>{t("kv.metadata_overtaken")}</p>
            <div className="row">
              <Button onPress={() => void renew(null).then(save.reset)}>{t("kv.metadata_mine")}</Button>
              <Button onPress={() => void renew(form).then(save.reset)}>{t("kv.metadata_theirs")}</Button>
            </div>
          </div>
        </div>
      )}
      <div className="row">
        <Button type="submit" look="primary" isPending={save.isPending} isDisabled={isOvertaken || Object.keys(changes).length === 0} needs={isPatch ? needs(store, path).patchMetadata : needs(store, path).changeMetadata}>
          {t("common.save")}
        </Button>
      </div>
    </SubmitForm>
  );
}
