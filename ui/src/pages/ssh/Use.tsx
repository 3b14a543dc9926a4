import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Loaded } from "../../components/Loaded";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { Answer } from "../engine/Answer";
import { useBody } from "../engine/mount";
import { Download } from "./Download";

/** What a role does for a client: `sign` a key, `issue` one with its certificate, or make `creds` for one login. */
export type Action = "sign" | "issue" | "creds";

/** The form for one of them, and what came of it. */
export function Use({ mount, role, action, order, initial = {} }: { mount: string; role: string; action: Action; order: readonly string[]; initial?: Record<string, string> }) {
  const path = `${mount}${action}/${role}`;
  const may = useMay(`update ${path}`);
  const body = useBody(mount, `${action}/{role}`);
  const act = useChange((fields: Fields) => send<Envelope<Fields>>("POST", path, { data: fields }));
  if (!may) return null;
  return (
    <>
      <section className="card stack">
        <h2>{t(`ssh.${action}`)}</h2>
        <p>{t(`ssh.${action}_text`)}</p>
        <Loaded of={body}>
          {(schema) => <SchemaForm schema={{ ...schema, required: action === "sign" ? ["public_key"] : [] }} order={order} initial={initial} submit={t(`ssh.${action}`)} needs={`update ${path}`} onSubmit={(fields) => act.mutate(fields)} isPending={act.isPending} error={act.error} />}
        </Loaded>
      </section>
      {act.data && (
        <>
          <Answer key={act.submittedAt} title={t(`ssh.${action}_answer`)} fields={act.data.data} lease={act.data} warnings={act.data.warnings} masked={["private_key", "key"]} isNew={action !== "sign"} />
          {action !== "creds" && <Download fields={act.data.data} />}
        </>
      )}
    </>
  );
}
