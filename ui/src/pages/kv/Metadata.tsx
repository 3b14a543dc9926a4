import { useState } from "react";
import { write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, NumberField, TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { Pairs } from "../../forms/Pairs";
import { metadataPath, needs, type Store } from "./store";

/** What `metadata/` says of a secret. */
export interface SecretMetadata {
  created_time: string;
  updated_time: string;
  current_version: number;
  oldest_version: number;
  max_versions: number;
  cas_required: boolean;
  delete_version_after: string;
  custom_metadata: Record<string, string> | null;
  versions: Record<string, { created_time: string; deletion_time: string; destroyed: boolean }>;
}

/** The settings of a secret, and what its users have noted of it. */
export function Metadata({ store, path }: { store: Store; path: string }) {
  const found = useRead<SecretMetadata>(metadataPath(store, path));
  return (
    <Loaded of={found} missing={<Empty title={t("kv.missing")} />}>
      {(metadata) => <Settings key={metadata.updated_time} store={store} path={path} metadata={metadata} />}
    </Loaded>
  );
}

function Settings({ store, path, metadata }: { store: Store; path: string; metadata: SecretMetadata }) {
  const [most, setMost] = useState<number | null>(metadata.max_versions);
  const [cas, setCas] = useState(metadata.cas_required);
  const [after, setAfter] = useState(metadata.delete_version_after);
  const [custom, setCustom] = useState<[string, string][]>(Object.entries(metadata.custom_metadata ?? {}));
  const save = useChange(
    () => write(metadataPath(store, path), { max_versions: most ?? 0, cas_required: cas, delete_version_after: after || "0s", custom_metadata: Object.fromEntries(custom.filter(([name]) => name !== "")) }),
    () => toast(t("kv.metadata_saved")),
  );
  return (
    <form
      className="stack card"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Pairs label={t("kv.custom")} description={t("kv.custom_hint")} value={custom} onChange={setCustom} />
      <NumberField label={t("kv.max_versions")} description={t("kv.max_versions_hint")} value={most} onChange={setMost} min={0} />
      <TextField label={t("kv.delete_after")} description={t("kv.delete_after_hint")} value={after} onChange={setAfter} code />
      <Checkbox label={t("kv.cas")} description={t("kv.cas_hint")} value={cas} onChange={setCas} />
      {save.error && <Failure error={save.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={save.isPending} needs={needs(store, path).changeMetadata}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}
