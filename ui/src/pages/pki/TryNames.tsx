import { CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { TextArea, TextField } from "../../components/Field";
import { exact } from "../../components/Moment";
import { SubmitForm } from "../../components/SubmitForm";
import { Warnings } from "../../components/Warnings";
import { t } from "../../texts";
import { rolePath } from "./mount";

interface Verdict {
  allowed: boolean;
  errors: string[];
  names: { name: string; type: string; allowed: boolean; allowed_by: string; refused_because: string; written_as: string }[];
  not_before: string;
  not_after: string;
  warnings: string[];
}

/** Asks a role what it would make of names, without a certificate. */
export function TryNames({ mount, role }: { mount: string; role: string }) {
  const [name, setName] = useState("");
  const [others, setOthers] = useState("");
  const [ttl, setTtl] = useState("");
  const path = rolePath(mount, role, "check");
  const ask = useChange(() => {
    const names = others.split("\n").map((each) => each.trim()).filter(Boolean);
    return write<Verdict>(path, { common_name: name.trim(), ...(names.length > 0 && { alt_names: names }), ...(ttl.trim() !== "" && { ttl: ttl.trim() }) });
  });
  return (
    <SubmitForm onSubmit={() => ask.mutate()}>
      <p>{t("pki.try_intro")}</p>
      <TextField label={t("pki.common_name")} value={name} onChange={setName} code />
      <TextArea label={t("pki.other_names")} description={t("forms.lines")} value={others} onChange={setOthers} rows={2} code />
      <TextField label={t("pki.ttl")} value={ttl} onChange={setTtl} placeholder="72h" code />
      {ask.error && <Failure error={ask.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={ask.isPending} needs={`update ${path}`}>
          {t("pki.try_it")}
        </Button>
      </div>
      <div className="stack" aria-live="polite">
        {ask.data && <Shown verdict={ask.data} />}
      </div>
    </SubmitForm>
  );
}

function Shown({ verdict }: { verdict: Verdict }) {
  // What is about a name stands beside it.
  const errors = verdict.errors.filter((text) => !verdict.names.some(({ refused_because }) => refused_because === text));
  return (
    <>
      <p className={`notice notice-${verdict.allowed ? "good" : "danger"}`} data-allowed={verdict.allowed}>
        {verdict.allowed ? <CircleCheck aria-hidden size={20} /> : <CircleX aria-hidden size={20} />}
        {t(verdict.allowed ? "pki.would_issue" : "pki.would_refuse")}
      </p>
      {errors.length > 0 && (
        <ul>
          {errors.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      <Warnings of={verdict.warnings} />
      <DataTable
        label={t("pki.names")}
        rows={verdict.names}
        idOf={({ type, name }) => `${type} ${name}`}
        columns={[
          { id: "name", title: t("pki.name"), cell: ({ name }) => <span className="code">{name}</span> },
          { id: "type", title: t("pki.type"), cell: ({ type }) => type, secondary: true },
          { id: "allowed", title: t("pki.allowed"), cell: ({ allowed }) => <span className={`badge ${allowed ? "badge-good" : "badge-danger"}`}>{t(allowed ? "common.yes" : "common.no")}</span> },
          { id: "why", title: t("pki.why"), cell: ({ allowed_by, refused_because }) => allowed_by || refused_because },
        ]}
        empty={null}
      />
      {verdict.allowed && (
        <Facts
          rows={[
            [t("pki.begins"), exact(verdict.not_before)],
            [t("pki.ends"), exact(verdict.not_after)],
          ]}
        />
      )}
    </>
  );
}
