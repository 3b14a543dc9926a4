import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import type { Schema } from "../../api/openapi";
import { faultOf } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Choices, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { keptBy } from "../../forms/fields";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { Warnings } from "../engine/Answer";
import { useBody, useMount } from "../engine/mount";
import { roleLink, sshLink, type SshRole } from "./paths";
import { type Kind, KINDS, roleForm } from "./roles";

/** The form of a role: of a new one, or of one that is changed. */
export default function RoleEdit() {
  const mount = useMount();
  const name = useParam("name");
  const path = `${mount}roles/${name}`;
  const body = useBody(mount, "roles/{role}");
  const mayRead = useMay(`read ${path}`);
  const found = useRead<SshRole>(path, { enabled: name !== "" && mayRead === true });
  return (
    <>
      <PageHead title={name || t("ssh.create_role")} intro={t("ssh.edit_intro")} crumbs={[{ text: mount, to: sshLink(mount) }, ...(name ? [{ text: name, to: roleLink(mount, name) }] : [])]} />
      <Loaded of={body}>{(schema) => (name === "" || mayRead === false ? <Form mount={mount} given={name} schema={schema} now={null} /> : <Loaded of={found}>{(now) => <Form key={name} mount={mount} given={name} schema={schema} now={now} />}</Loaded>)}</Loaded>
    </>
  );
}

function Form({ mount, given, schema, now }: { mount: string; given: string; schema: Schema; now: SshRole | null }) {
  const [name, setName] = useState(given);
  const [kind, setKind] = useState<Kind>(now?.key_type === "otp" ? "otp" : "user");
  const [tried, setTried] = useState(false);
  const navigate = useNavigate();
  const form = roleForm(schema, now ? (now.key_type === "otp" ? "otp" : now["allow_host_certificates"] ? "host" : "user") : kind);
  const fault = faultOf(name) ?? (name.includes("/") ? "segments" : null);
  const save = useChange(
    // A role is written as a whole: what isn't sent goes back to its default.
    (fields: Fields) => send<Envelope<null> | undefined>("POST", `${mount}roles/${name}`, { data: { ...(now ? keptBy(schema, now) : form.fixed), ...fields } }),
    (answered) => {
      toast(t("engine.saved", { name }));
      if (!answered?.warnings) navigate(roleLink(mount, name));
    },
  );
  return (
    <section className="card stack">
      <SchemaForm
        schema={form.schema}
        values={now ?? {}}
        initial={now ? {} : form.initial}
        order={form.order}
        submit={t("common.save")}
        needs={`update ${mount}roles/${name || "new"}`}
        onSubmit={(fields) => {
          setTried(true);
          if (!fault) save.mutate(fields);
        }}
        isPending={save.isPending}
        error={save.error}
        actions={<LinkButton to={given ? roleLink(mount, given) : sshLink(mount)}>{t("common.cancel")}</LinkButton>}
      >
        {given === "" && <TextField label={t("engine.name")} value={name} onChange={setName} error={tried && fault ? t(`kv.fault_${fault}`) : null} isRequired autoFocus code />}
        {!now && <Choices label={t("ssh.what_for")} value={kind} onChange={(id) => setKind(KINDS.find((each) => each === id) ?? "user")} choices={KINDS.map((id) => ({ id, label: t(`ssh.for_${id}`), description: t(`ssh.for_${id}_hint`) }))} />}
      </SchemaForm>
      <Warnings texts={save.data?.warnings} />
    </section>
  );
}
