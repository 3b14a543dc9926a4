import { useState } from "react";
import { valueAt } from "../../api/value_at";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { bodyOf, filled } from "../../api/openapi";
import { useNavigate } from "../../app/location";
import { TextField } from "../../components/Field";
import { Empty } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Prose } from "../../components/Prose";
import { toast } from "../../components/toasts";
import { fieldsOf, labelOf } from "../../forms/fields";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { Answer } from "./Answer";
import { type Engine, placeLink } from "./engine";
import { wordsFor } from "./Overview";
import { crumbsOf } from "./crumbs";
import { creating, type Place, subjectOf } from "./shape";

/** The form for a new entry of a collection: its name, and what the API takes. */
export function Create({ engine, place, values }: { engine: Engine; place: Place; values: Record<string, string> }) {
  const [names, setNames] = useState<Record<string, string>>(values);
  const [tried, setTried] = useState(false);
  const navigate = useNavigate();
  const { post } = place.item;
  const open = place.variables.filter((name) => !valueAt(values, name));
  const isNamed = open.every((name) => valueAt(names, name));
  const path = filled(place.path, { ...Object.fromEntries(open.map((name) => [name, "new"])), ...nonEmpty(names) });
  const save = useChange(
    (body: Fields) => send<Envelope<Fields> | undefined>("POST", path, { data: body }),
    (answered) => {
      toast(t("engine.saved", { name: path }));
      if (!answered?.data && !answered?.warnings) navigate(placeLink(engine.mount, place, names));
    },
  );
  if (!post) return <Empty title={t("engine.no_path")} />;
  const schema = bodyOf(engine.document, post);
  return (
    <>
      <PageHead title={t("engine.create_title", { what: wordsFor(subjectOf(place.below)) })} intro={<Prose text={post.summary ?? ""} />} crumbs={crumbsOf(engine, place, values)} />
      <section className="card">
        <SchemaForm
          schema={schema}
          leftOut={place.variables}
          submit={t("common.create")}
          needs={creating(place, path)}
          onSubmit={(body) => {
            setTried(true);
            if (isNamed) save.mutate(body);
          }}
          isPending={save.isPending}
          error={save.error}
        >
          {open.map((name, index) => (
            <TextField key={name} label={labelOf(name)} value={valueAt(names, name) ?? ""} onChange={(text) => setNames({ ...names, [name]: text })} error={tried && !valueAt(names, name) ? t("forms.required") : null} isRequired autoFocus={index === 0} code />
          ))}
        </SchemaForm>
      </section>
      {save.data && <Answer key={save.submittedAt} fields={save.data.data ?? {}} warnings={save.data.warnings} title={t("engine.answer")} masked={fieldsOf(schema).filter(({ sensitive }) => sensitive).map(({ name }) => name)} />}
    </>
  );
}

const nonEmpty = (names: Record<string, string>) => Object.fromEntries(Object.entries(names).filter(([, name]) => name !== ""));
