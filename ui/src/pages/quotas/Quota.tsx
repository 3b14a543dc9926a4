import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { remove, write } from "../../api/client";
import { useChange, useRead, useSession } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { NumberField, Select, Suggested, Switch, TextField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Removal } from "../../components/Removal";
import { RootOnly } from "../../components/RootOnly";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Typed } from "../../components/Typed";
import { t } from "../../texts";
import { RecordFacts } from "../identity/RecordFacts";
import { Limit } from "./Quotas";
import { bodyOf, type Draft, draftOf, GROUPS, isComplete, type Kind, KINDS, type Quota as Record, quotaLink, quotaPath } from "./records";

const listLink = (kind: Kind) => link("/quotas", { tab: kind === "rate-limit" ? "" : kind });

/** One quota. */
export default function Quota() {
  const wanted = useParam("kind");
  const kind = KINDS.find((each) => each === wanted) ?? "rate-limit";
  const name = useParam("name");
  const { namespace } = useSession();
  const found = useRead<Record>(quotaPath(kind, name), { enabled: name !== "" && namespace === "" });
  const crumbs = [{ text: t("quotas.title"), to: "/quotas" }, { text: t(`quotas.${kind}`), to: listLink(kind) }];
  return (
    <RootOnly title={t("quotas.title")} why={t("quotas.root_only")}>
      <PageHead title={name || t(`quotas.create_${kind}`)} crumbs={crumbs}>
        {name && <Delete kind={kind} name={name} />}
      </PageHead>
      {name === "" ? (
        <Form kind={kind} quota={null} />
      ) : (
        <Loaded of={found} missing={<Empty title={t("quotas.missing")} />}>
          {(quota) => <Shown kind={kind} quota={quota} />}
        </Loaded>
      )}
    </RootOnly>
  );
}

function Shown({ kind, quota }: { kind: Kind; quota: Record }) {
  const may = useMay(`update ${quotaPath(kind, quota.name)}`);
  return (
    <>
      <p>
        <Limit row={quota} />
      </p>
      {may ? (
        <Held key={`${kind} ${quota.name}`} value={quota} by={(each) => JSON.stringify({ ...each, counter: 0 })}>
          {(held) => <Form kind={kind} quota={held} />}
        </Held>
      ) : (
        <section className="card">
          <RecordFacts of={{ ...quota }} leftOut={["name", "type"]} />
        </section>
      )}
    </>
  );
}

function Delete({ kind, name }: { kind: Kind; name: string }) {
  const navigate = useNavigate();
  const done = () => {
    toast(t("quotas.removed", { name }));
    navigate(listLink(kind));
  };
  return (
    <Removal look="danger" title={t("quotas.remove_title", { name })} needs={`delete ${quotaPath(kind, name)}`} act={() => remove(quotaPath(kind, name))} done={done}>
      <p>{t(`quotas.remove_${kind}`)}</p>
    </Removal>
  );
}

interface MountTable {
  secret: { [path: string]: unknown };
  auth: { [path: string]: unknown };
}

function usePaths() {
  const { data } = useRead<MountTable>("sys/internal/ui/mounts");
  const paths = [...Object.keys(data?.secret ?? {}), ...Object.keys(data?.auth ?? {}).map((path) => `auth/${path}`)];
  return paths.map((id) => ({ id, label: id }));
}

function Form({ kind, quota }: { kind: Kind; quota: Record | null }) {
  const [name, setName] = useState(quota?.name ?? "");
  const [draft, setDraft] = useState<Draft>(() => draftOf(quota));
  const set = (some: Partial<Draft>) => setDraft({ ...draft, ...some });
  const paths = usePaths();
  const navigate = useNavigate();
  const path = quotaPath(kind, name.trim() || "new");
  const save = useChange(
    () => write(path, bodyOf(kind, draft)),
    () => {
      toast(t("quotas.saved", { name: name.trim() }));
      if (!quota) navigate(quotaLink(kind, name.trim()), { replace: true });
    },
  );
  return (
    <Typed>
      <SubmitForm onSubmit={() => save.mutate(undefined)}>
        {!quota && <TextField label={t("quotas.name")} value={name} onChange={setName} isRequired autoFocus code />}
        <Suggested label={t("quotas.path")} description={t("quotas.path_hint")} value={draft.path} onChange={(next) => set({ path: next })} choices={paths} />
        {kind === "rate-limit" ? <RateFields draft={draft} set={set} /> : <NumberField label={t("quotas.max_leases")} description={t("quotas.max_leases_hint")} value={draft.maxLeases} onChange={(maxLeases) => set({ maxLeases })} min={1} isRequired />}
        <TextField label={t("quotas.role")} description={t("quotas.role_hint")} value={draft.role} onChange={(role) => set({ role })} code />
        <div className="field">
          <Switch label={t("quotas.inheritable")} value={draft.inheritable ?? draft.path.trim() === ""} onChange={(inheritable) => set({ inheritable })} />
          <p className="description">{t("quotas.inheritable_hint")}</p>
        </div>
        <div className="field">
          <Switch label={t("quotas.additional")} value={draft.additional} onChange={(additional) => set({ additional })} />
          <p className="description">{t("quotas.additional_hint")}</p>
        </div>
        {save.error && <Failure error={save.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={save.isPending} isDisabled={name.trim() === "" || !isComplete(kind, draft)} needs={`update ${path}`}>
            {t("common.save")}
          </Button>
        </div>
      </SubmitForm>
    </Typed>
  );
}

function RateFields({ draft, set }: { draft: Draft; set: (some: Partial<Draft>) => void }) {
  return (
    <>
      <div className="grid">
        <NumberField label={t("quotas.rate")} description={t("quotas.rate_hint")} value={draft.rate} onChange={(rate) => set({ rate })} min={0} isRequired />
        <TextField label={t("quotas.interval")} description={t("quotas.interval_hint")} value={draft.interval} onChange={(interval) => set({ interval })} code />
        <TextField label={t("quotas.block")} description={t("quotas.block_hint")} value={draft.blockInterval} onChange={(blockInterval) => set({ blockInterval })} code />
      </div>
      <Select label={t("quotas.group_by")} value={draft.groupBy} onChange={(groupBy) => set({ groupBy })} choices={GROUPS.map((id) => ({ id, label: t(`quotas.by_${id}`) }))} />
      {draft.groupBy.startsWith("entity") && <NumberField label={t("quotas.secondary")} description={t("quotas.secondary_hint")} value={draft.secondaryRate} onChange={(secondaryRate) => set({ secondaryRate })} min={0} />}
    </>
  );
}
