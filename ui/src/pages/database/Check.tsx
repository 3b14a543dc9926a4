import { CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { useChange, useList } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Suggested } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import "./database.css";

interface Result {
  ok: boolean;
  steps: { step: string; ok: boolean; error?: string }[];
  missing: string[];
}

/** Tries a connection: a user is made, logs in and is dropped, and each step says how it went. */
export function Check({ mount, name }: { mount: string; name: string }) {
  const path = `${mount}config/${name}/check`;
  const [role, setRole] = useState("");
  const mayTry = useMay(`update ${path}`);
  const mayList = useMay(`list ${mount}roles`);
  const roles = useList(`${mount}roles`, { enabled: mayList === true && mayTry === true });
  const check = useChange(() => write<Result>(path, role ? { role } : {}));
  if (!mayTry) return null;
  return (
    <section className="card stack">
      <h2>{t("database.try")}</h2>
      <SubmitForm className="stack" onSubmit={() => check.mutate(undefined)}>
        <Suggested label={t("database.try_role")} description={t("database.try_hint")} value={role} onChange={setRole} choices={(roles.data?.keys ?? []).map((each) => ({ id: each, label: each }))} />
        <div className="row">
          <Button type="submit" isPending={check.isPending} needs={`update ${path}`}>
            {t("database.try")}
          </Button>
        </div>
      </SubmitForm>
      {check.error && <Failure error={check.error} />}
      {check.data && <Steps result={check.data} />}
    </section>
  );
}

function Steps({ result }: { result: Result }) {
  return (
    <div role="status" className={`notice notice-${result.ok ? "good" : "danger"}`}>
      <div>
        <p>{t(result.ok ? "database.works" : "database.fails")}</p>
        <ol className="steps">
          {result.steps.map(({ step, ok, error }) => (
            <li key={step}>
              {ok ? <CircleCheck aria-label={t("common.yes")} size={16} /> : <CircleX aria-label={t("common.no")} size={16} />}
              <span>
                {step}
                {error && <span className="code">{error}</span>}
              </span>
            </li>
          ))}
        </ol>
        {result.missing.length > 0 && <p>{t("database.missing_rights", { rights: result.missing.join(", ") })}</p>}
      </div>
    </div>
  );
}
