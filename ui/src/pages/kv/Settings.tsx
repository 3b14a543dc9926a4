import { useState } from "react";
import { type Fields, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useUnsaved } from "../../app/unsaved";
import { Button, LinkButton } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { Checkbox, NumberField, TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { mountPath, settingsLink } from "../mounts/table";
import { crumbsOf } from "./crumbs";
import { configPath, folderLink, type Store, useStore } from "./store";

interface Config {
  max_versions: number;
  cas_required: boolean;
  delete_version_after: string;
  metadata_cas_required: boolean;
}

/** What holds for every secret of a store. */
export default function Settings() {
  const store = useStore();
  return (
    <Loaded of={store}>
      {(found) => (
        <>
          <PageHead title={t("kv.settings_title", { mount: found.mount })} crumbs={[...crumbsOf(found, ""), { text: found.mount, to: folderLink(found) }]}>
            {found.type !== "cubbyhole" && (
              <LinkButton to={settingsLink("secret", found.mount)} needs={`read ${mountPath("secret", found.mount)}/tune`}>
                {t("kv.mount_settings")}
              </LinkButton>
            )}
          </PageHead>
          {found.versioned ? <Versioned store={found} /> : found.type === "cubbyhole" ? <Empty title={t("kv.cubbyhole_settings")} /> : <Plain store={found} />}
        </>
      )}
    </Loaded>
  );
}

function Versioned({ store }: { store: Store }) {
  const found = useRead<Config>(configPath(store));
  return <Loaded of={found}>{(config) => <Form store={store} config={config} />}</Loaded>;
}

function Form({ store, config }: { store: Store; config: Config }) {
  const [max, setMax] = useState<number | null>(config.max_versions);
  const [after, setAfter] = useState(config.delete_version_after);
  const [cas, setCas] = useState(config.cas_required);
  const [metadataCas, setMetadataCas] = useState(config.metadata_cas_required);
  const changes: Fields = {
    ...(max !== config.max_versions && { max_versions: max ?? 0 }),
    ...(after !== config.delete_version_after && { delete_version_after: after.trim() || "0s" }),
    ...(cas !== config.cas_required && { cas_required: cas }),
    ...(metadataCas !== config.metadata_cas_required && { metadata_cas_required: metadataCas }),
  };
  useUnsaved(Object.keys(changes).length > 0);
  const save = useChange(
    () => write(configPath(store), changes),
    () => toast(t("kv.settings_saved", { mount: store.mount })),
  );
  return (
    <SubmitForm onSubmit={() => save.mutate(undefined)}>
      <NumberField label={t("kv.max_versions")} description={t("kv.engine_max_hint")} value={max} onChange={setMax} min={0} />
      <TextField label={t("kv.delete_after")} description={t("kv.engine_after_hint")} value={after} onChange={setAfter} code />
      <Checkbox label={t("kv.cas")} description={t("kv.cas_hint")} value={cas} onChange={setCas} />
      <Checkbox label={t("kv.metadata_cas")} value={metadataCas} onChange={setMetadataCas} />
      {save.error && <Failure error={save.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={save.isPending} isDisabled={Object.keys(changes).length === 0} needs={`update ${configPath(store)}`}>
          {t("common.save")}
        </Button>
      </div>
    </SubmitForm>
  );
}

/** A store without versions has one setting: to keep them from now on. */
function Plain({ store }: { store: Store }) {
  const [isAsked, setIsAsked] = useState(false);
  const place = `${mountPath("secret", store.mount)}/tune`;
  const upgrade = useChange(
    () => write(place, { options: { version: "2" } }),
    () => {
      setIsAsked(false);
      toast(t("kv.upgraded", { mount: store.mount }));
    },
  );
  return (
    <div className="card stack">
      <p>{t("kv.plain_about")}</p>
      <div className="row">
        <Button onPress={() => setIsAsked(true)} needs={`update ${place}`}>
          {t("kv.upgrade")}
        </Button>
      </div>
      {isAsked && (
        <Confirm title={t("kv.upgrade_title", { mount: store.mount })} isOpen onClose={() => setIsAsked(false)} action={t("kv.upgrade")} onConfirm={() => upgrade.mutate(undefined)} isPending={upgrade.isPending} error={upgrade.error} typed={store.mount.replace(/\/$/, "")}>
          <p>{t("kv.upgrade_text")}</p>
        </Confirm>
      )}
    </div>
  );
}
