import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { NumberField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Empty } from "../../components/Loaded";
import { exact } from "../../components/Moment";
import { CopyButton } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { told } from "../../components/time";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { keyPath, type KeyInfo, needs } from "./mount";
import { type Row, versionsOf } from "./versions";

interface Props {
  mount: string;
  name: string;
  info: KeyInfo;
}

/** The versions of a key that are in use, and which of them shall be. */
export function Versions({ mount, name, info }: Props) {
  const rows = versionsOf(info);
  const next = info.next_rotation_time ? new Date(info.next_rotation_time) : null;
  return (
    <div className="stack">
      {next && <p>{t("transit.rotates_at", { when: told(next) ?? "" })}</p>}
      <DataTable<Row>
        label={t("transit.tab_versions")}
        rows={rows}
        idOf={({ number }) => String(number)}
        columns={[
          { id: "number", title: t("transit.version"), order: ({ number }) => number, cell: ({ number }) => number },
          { id: "created", title: t("transit.created_at"), order: ({ created }) => created?.getTime() ?? 0, cell: ({ created }) => exact(created) },
          { id: "state", title: t("transit.state"), cell: ({ state }) => <span className={`badge ${state === "latest" ? "badge-good" : ""}`}>{t(`transit.state_${state}`)}</span> },
          ...(rows.some(({ publicKey }) => publicKey) ? [{ id: "public", title: t("transit.public_key"), cell: ({ number, publicKey }: Row) => publicKey && <PublicKey number={number} text={publicKey} /> }] : []),
        ]}
        empty={<Empty title={t("transit.versions_untold", { n: info.latest_version })} />}
      />
      <Held key={`${mount} ${name}`} value={info} by={limitsOf}>{(held) => <Limits mount={mount} name={name} info={{ ...info, min_decryption_version: held.min_decryption_version, min_encryption_version: held.min_encryption_version }} />}</Held>
      <Trim mount={mount} name={name} info={info} />
    </div>
  );
}

const limitsOf = ({ min_decryption_version, min_encryption_version }: KeyInfo) => `${min_decryption_version} ${min_encryption_version}`;

function PublicKey({ number, text }: { number: number; text: string }) {
  return (
    <span className="row">
      <details>
        <summary>{t("transit.show_public_key")}</summary>
        <pre>{text}</pre>
      </details>
      <CopyButton text={text} label={t("transit.copy_public_key", { n: number })} />
    </span>
  );
}

/** The oldest versions that still work. */
function Limits({ mount, name, info }: Props) {
  const [oldest, setOldest] = useState<number | null>(info.min_decryption_version);
  const [encrypting, setEncrypting] = useState<number | null>(info.min_encryption_version);
  const may = useMay(needs(mount, name).config);
  const save = useChange(
    () => send("POST", keyPath(mount, name, "config"), { data: { min_decryption_version: oldest ?? 1, min_encryption_version: encrypting ?? 0 } }),
    () => toast(t("transit.settings_saved", { name })),
  );
  if (!may)
    return (
      <p className="description">
        {t("transit.limits_are", { oldest: info.min_decryption_version, encrypting: info.min_encryption_version })}
      </p>
    );
  return (
    <SubmitForm onSubmit={() => save.mutate()}>
      <h2>{t("transit.limits")}</h2>
      <p className="description">{t("transit.limits_hint")}</p>
      <NumberField label={t("transit.min_decryption")} value={oldest} onChange={setOldest} min={1} max={info.latest_version} />
      <NumberField label={t("transit.min_encryption")} description={t("transit.min_encryption_hint")} value={encrypting} onChange={setEncrypting} min={0} max={info.latest_version} />
      {save.error && <Failure error={save.error} />}
      <div className="row">
        <Button type="submit" isPending={save.isPending} needs={needs(mount, name).config}>
          {t("common.save")}
        </Button>
      </div>
    </SubmitForm>
  );
}

/** Deletes versions that nothing can be decrypted with any more. */
function Trim({ mount, name, info }: Props) {
  const [open, setOpen] = useState(false);
  const to = Math.min(info.min_decryption_version, info.min_encryption_version);
  const from = Math.max(info.min_available_version, 1);
  const act = useChange(
    () => send("POST", keyPath(mount, name, "trim"), { data: { min_available_version: to } }),
    () => {
      toast(t("transit.trimmed", { n: to }));
      setOpen(false);
    },
  );
  // The server deletes none that still decrypts or encrypts.
  if (to <= from) return null;
  return (
    <div className="row">
      <Button look="danger" onPress={() => setOpen(true)} needs={needs(mount, name).trim}>
        {t("transit.trim", { n: to })}
      </Button>
      {open && (
        <Confirm title={t("transit.trim", { n: to })} isOpen onClose={() => setOpen(false)} action={t("common.delete")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} typed={name}>
          <p>{t("transit.trim_text")}</p>
        </Confirm>
      )}
    </div>
  );
}
