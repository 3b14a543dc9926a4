import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, TextField } from "../../components/Field";
import { Once } from "../../components/Once";
import { Removal } from "../../components/Removal";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { lockPath, type Place } from "./place";

/** Closes the API of a namespace, and opens it again. */
export function Locking({ place, locked }: { place: Place; locked: boolean }) {
  const [key, setKey] = useState("");
  return (
    <>
      <p className="intro">{t("namespaces.lock_intro")}</p>
      {key && <UnlockKey value={key} name={place.path} onKept={() => setKey("")} />}
      {locked ? <Unlock place={place} onDone={() => setKey("")} /> : <LockUp place={place} onLocked={setKey} />}
    </>
  );
}

function LockUp({ place, onLocked }: { place: Place; onLocked: (key: string) => void }) {
  const path = lockPath(place, "lock");
  const may = useMay(`update ${path}`);
  if (may === false) return <p className="notice">{t("namespaces.lock_denied")}</p>;
  return (
    <div className="row">
      <Removal
        look="danger"
        action={t("namespaces.lock")}
        title={t("namespaces.lock_title", { name: place.path })}
        needs={`update ${path}`}
        act={async () => onLocked((await write<{ unlock_key: string }>(path, {})).unlock_key)}
        done={() => toast(t("namespaces.was_locked", { name: place.path }))}
      >
        <p>{t("namespaces.lock_text")}</p>
      </Removal>
    </div>
  );
}

function UnlockKey({ value, name, onKept }: { value: string; name: string; onKept: () => void }) {
  const [kept, setKept] = useState(false);
  return (
    <section className="card stack">
      <h2>{t("namespaces.unlock_key")}</h2>
      <Once isKept={kept}>{t("namespaces.unlock_key_once", { name })}</Once>
      <Secret value={value} name={t("namespaces.unlock_key")} />
      <Checkbox label={t("namespaces.key_kept")} value={kept} onChange={setKept} />
      <div className="row">
        <Button isDisabled={!kept} onPress={onKept}>
          {t("common.close")}
        </Button>
      </div>
    </section>
  );
}

function Unlock({ place, onDone }: { place: Place; onDone: () => void }) {
  const [key, setKey] = useState("");
  const path = lockPath(place, "unlock");
  const withoutKey = useMay(`update ${path}`, `sudo ${path}`);
  const unlock = useChange(
    () => write(path, key.trim() ? { unlock_key: key.trim() } : {}),
    () => {
      setKey("");
      toast(t("namespaces.was_unlocked", { name: place.path }));
      onDone();
    },
  );
  return (
    <SubmitForm onSubmit={() => unlock.mutate(undefined)}>
      <TextField label={t("namespaces.unlock_key")} description={t(withoutKey ? "namespaces.unlock_sudo" : "namespaces.unlock_hint")} type="password" value={key} onChange={setKey} isRequired={!withoutKey} />
      {unlock.error && <Failure error={unlock.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={unlock.isPending} isDisabled={!withoutKey && key.trim() === ""} needs={`update ${path}`}>
          {t("namespaces.unlock")}
        </Button>
      </div>
    </SubmitForm>
  );
}
