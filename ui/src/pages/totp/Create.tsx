import { useState } from "react";
import { type Fields, send, type Envelope } from "../../api/client";
import { useChange } from "../../api/hooks";
import type { Schema } from "../../api/openapi";
import { useNavigate } from "../../app/location";
import { unasked } from "../../app/unsaved";
import { Button, LinkButton } from "../../components/Button";
import { Choices, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { Once } from "../../components/Once";
import { PageHead } from "../../components/PageHead";
import { QrCode } from "../../components/QrCode";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { useBody, useMount } from "../engine/mount";
import { keyForm, nameFault, type Side, SIDES } from "./key_form";
import { keyLink, keysLink } from "./paths";

/** The form for a new key: one for somebody's app, or one of another site. */
export default function Create() {
  const mount = useMount();
  const body = useBody(mount, "keys/{name}");
  return (
    <>
      <PageHead title={t("totp.create")} crumbs={[{ text: mount, to: keysLink(mount) }]} />
      <Loaded of={body}>{(schema) => <Form mount={mount} schema={schema} />}</Loaded>
    </>
  );
}

type Made = Envelope<{ url?: string }> | undefined;

function Form({ mount, schema }: { mount: string; schema: Schema }) {
  const [name, setName] = useState("");
  const [side, setSide] = useState<Side>("generate");
  const [tried, setTried] = useState(false);
  const navigate = useNavigate();
  const form = keyForm(schema, side);
  const fault = nameFault(name);
  const save = useChange(
    (fields: Fields) => send<Made>("POST", `${mount}keys/${name}`, { data: { ...fields, ...form.fixed } }),
    (answered) => {
      toast(t("engine.saved", { name }));
      if (!answered?.data?.url) navigate(keyLink(mount, name));
    },
  );
  const url = save.data?.data?.url;
  if (url) return <Shown mount={mount} name={name} url={url} />;
  return (
    <section className="card">
      <SchemaForm
        key={side}
        schema={form.schema}
        order={form.order}
        submit={t("common.create")}
        needs={`update ${mount}keys/${name || "new"}`}
        onSubmit={(fields) => {
          setTried(true);
          if (!fault) save.mutate(fields);
        }}
        isPending={save.isPending}
        error={save.error}
        actions={<LinkButton to={keysLink(mount)}>{t("common.cancel")}</LinkButton>}
      >
        <TextField label={t("engine.name")} description={t("totp.name_hint")} value={name} onChange={setName} error={tried && fault ? t(`totp.name_${fault}`) : null} isRequired autoFocus code />
        <Choices label={t("totp.side")} value={side} onChange={(id) => setSide(SIDES.find((each) => each === id) ?? "generate")} choices={SIDES.map((id) => ({ id, label: t(`totp.side_${id}`), description: t(`totp.side_${id}_hint`) }))} />
      </SchemaForm>
    </section>
  );
}

/** The key, this one time. */
function Shown({ mount, name, url }: { mount: string; name: string; url: string }) {
  const navigate = useNavigate();
  return (
    <section className="card stack">
      <h2>{t("totp.once")}</h2>
      <Once>{t("totp.once_text")}</Once>
      <QrCode text={url} label={t("totp.scan")} />
      <div className="row">
        <Button look="primary" onPress={() => unasked(() => navigate(keyLink(mount, name)))}>
          {t("totp.kept")}
        </Button>
      </div>
    </section>
  );
}
