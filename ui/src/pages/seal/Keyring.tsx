import { useState } from "react";
import { write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Checkbox, TextField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { When } from "../../components/When";
import { t } from "../../texts";

interface KeyStatus {
  term: number;
  install_time: string;
  encryptions: number;
}

interface Rotation {
  enabled: boolean;
  /** A duration, or 0 for none. */
  interval: string | number;
}

const CONFIG = "sys/rotate/keyring/config";

/** The keys that encrypt what is stored: which one new writes use, and when there is a new one. */
export function Keyring() {
  const found = useRead<KeyStatus>("sys/key-status");
  const rotate = useChange(
    () => write("sys/rotate/keyring", {}),
    () => toast(t("seal.rotated")),
  );
  return (
    <section className="card stack">
      <h2>{t("seal.keyring")}</h2>
      <p>{t("seal.keyring_intro")}</p>
      <Loaded of={found}>
        {({ term, install_time, encryptions }) => (
          <Facts
            rows={[
              [t("seal.term"), term],
              [t("seal.installed"), <When key="installed" at={install_time} />],
              [t("seal.encryptions"), encryptions],
            ]}
          />
        )}
      </Loaded>
      {rotate.error && <Failure error={rotate.error} />}
      <div className="row">
        <Button onPress={() => rotate.mutate(undefined)} isPending={rotate.isPending} needs={["update sys/rotate/keyring", "sudo sys/rotate/keyring"]}>
          {t("seal.rotate")}
        </Button>
      </div>
      <May needs={[`read ${CONFIG}`, `sudo ${CONFIG}`]}>
        <Schedule />
      </May>
    </section>
  );
}

function Schedule() {
  const found = useRead<Rotation>(CONFIG);
  return (
    <Loaded of={found}>
      {(rotation) => (
        <May needs={[`update ${CONFIG}`, `sudo ${CONFIG}`]} otherwise={<Told rotation={rotation} />}>
          <Held value={rotation}>{(held) => <Form rotation={held} />}</Held>
        </May>
      )}
    </Loaded>
  );
}

function Told({ rotation: { enabled, interval } }: { rotation: Rotation }) {
  return (
    <>
      <h3>{t("seal.rotation")}</h3>
      <Facts
        rows={[
          [t("seal.rotation_enabled"), t(enabled ? "common.yes" : "common.no")],
          [t("seal.interval"), interval === 0 ? t("common.none") : String(interval)],
        ]}
      />
    </>
  );
}

function Form({ rotation }: { rotation: Rotation }) {
  const before = rotation.interval === 0 ? "" : String(rotation.interval);
  const [enabled, setEnabled] = useState(rotation.enabled);
  const [interval, setInterval] = useState(before);
  const save = useChange(
    () => write(CONFIG, { enabled, interval: interval.trim() || 0 }),
    () => toast(t("seal.rotation_saved")),
  );
  return (
    <SubmitForm className="stack" onSubmit={() => save.mutate(undefined)}>
      <h3>{t("seal.rotation")}</h3>
      <Checkbox label={t("seal.rotation_enabled")} value={enabled} onChange={setEnabled} />
      <TextField label={t("seal.interval")} description={t("seal.interval_hint")} value={interval} onChange={setInterval} isDisabled={!enabled} code />
      {save.error && <Failure error={save.error} />}
      <div className="row">
        <Button type="submit" isPending={save.isPending} isDisabled={enabled === rotation.enabled && interval === before} needs={[`update ${CONFIG}`, `sudo ${CONFIG}`]}>
          {t("common.save")}
        </Button>
      </div>
    </SubmitForm>
  );
}
