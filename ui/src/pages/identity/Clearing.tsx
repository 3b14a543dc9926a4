import { useState } from "react";
import { remove, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, TextField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Removal } from "../../components/Removal";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Typed } from "../../components/Typed";
import { When } from "../../components/When";
import { t } from "../../texts";

const PATH = "identity/config/clearing";

interface Settings {
  unseen_for: number;
  dry_run: boolean;
  running: boolean;
  next_run_time: string | null;
  last_run: Record<string, string | number | boolean | null> | null;
}

/** Whether entities that nobody uses are cleared, and what the last run did. */
export default function Clearing() {
  const found = useRead<Settings>(PATH, { every: 10_000 });
  return (
    <>
      <PageHead title={t("identity.clearing")} crumbs={[{ text: t("identity.entities"), to: "/entities" }]} intro={t("identity.clearing_intro")}>
        {found.data && (
          <Removal action={t("identity.clearing_end")} title={t("identity.clearing_end")} needs={`delete ${PATH}`} act={() => remove(PATH)} done={() => toast(t("identity.clearing_ended"))}>
            <p>{t("identity.clearing_end_text")}</p>
          </Removal>
        )}
      </PageHead>
      <Loaded of={found} missing={<Form settings={null} />}>
        {(settings) => (
          <>
            <LastRun settings={settings} />
            <Held value={settings} by={({ unseen_for, dry_run }) => `${unseen_for} ${dry_run}`}>
              {(held) => <Form settings={held} />}
            </Held>
          </>
        )}
      </Loaded>
    </>
  );
}

function LastRun({ settings }: { settings: Settings }) {
  return (
    <section className="card stack">
      <h2>{t("identity.last_run")}</h2>
      <dl className="facts">
        <dt>{t("identity.state")}</dt>
        <dd>{t(settings.running ? "identity.running" : "identity.waiting")}</dd>
        <dt>{t("identity.next_run")}</dt>
        <dd>
          <When at={settings.next_run_time} />
        </dd>
        {Object.entries(settings.last_run ?? {}).map(([name, value]) => (
          <div key={name} className="fact">
            <dt className="code">{name}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const DAY_S = 86_400;

function Form({ settings }: { settings: Settings | null }) {
  const [unseen, setUnseen] = useState(settings ? (settings.unseen_for % DAY_S === 0 ? `${settings.unseen_for / DAY_S}d` : `${settings.unseen_for}s`) : "90d");
  const [dry, setDry] = useState(settings?.dry_run ?? true);
  const save = useChange(
    () => write(PATH, { unseen_for: unseen.trim(), dry_run: dry }),
    () => toast(t("identity.clearing_saved")),
  );
  return (
    <Typed>
      <SubmitForm onSubmit={() => save.mutate(undefined)}>
        <TextField label={t("identity.unseen_for_label")} description={t("identity.unseen_for_hint")} value={unseen} onChange={setUnseen} isRequired code />
        <Checkbox label={t("identity.dry_run")} description={t("identity.dry_run_hint")} value={dry} onChange={setDry} />
        {!dry && <p className="notice notice-warn">{t("identity.clearing_warn")}</p>}
        {save.error && <Failure error={save.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={save.isPending} isDisabled={unseen.trim() === ""} needs={`update ${PATH}`}>
            {t("common.save")}
          </Button>
        </div>
      </SubmitForm>
    </Typed>
  );
}
