import { useState } from "react";
import type { Need } from "../../api/capabilities";
import { type Envelope, type Fields, remove, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { bodyOf, filled, type Operation } from "../../api/openapi";
import { useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Empty, Loaded, Loading } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { labelOf } from "../../forms/fields";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { Answer } from "./Answer";
import { type Engine, engineLink, placeLink, useEngine, useVariables } from "./engine";
import { actionsWith, type Place } from "./shape";

/** One path of an engine, with forms for what can be done there. */
export default function Path() {
  return <Loaded of={useEngine()}>{(engine) => <Found engine={engine} />}</Loaded>;
}

function Found({ engine }: { engine: Engine }) {
  const below = useParam("path");
  const place = engine.places.find((each) => each.below === below);
  const values = useVariables();
  if (!place) return <Empty title={t("engine.no_path")} />;
  const collection = engine.places.find(({ entry }) => entry === place);
  const isWhole = place.variables.every((name) => values[name]);
  const title = isWhole ? filled(place.below, values) : place.below;
  return (
    <>
      <PageHead title={title} intro={place.item.description} crumbs={[{ text: engine.mount, to: engineLink(engine.mount) }, ...(collection ? [{ text: collection.below, to: placeLink(engine.mount, collection, values) }] : [])]}>
        {isWhole && place.role === "entry" && actionsWith(engine.places, place).map((action) => <Do key={action.below} engine={engine} action={action} values={values} />)}
        {isWhole && place.item.delete && <Remove place={place} values={values} back={collection ? placeLink(engine.mount, collection, values) : engineLink(engine.mount)} />}
      </PageHead>
      {isWhole ? <Operations key={title} engine={engine} place={place} values={values} /> : <Variables engine={engine} place={place} values={values} />}
    </>
  );
}

/** Asks for the names in a path that aren't known yet. */
function Variables({ engine, place, values }: { engine: Engine; place: Place; values: Record<string, string> }) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const navigate = useNavigate();
  const missing = place.variables.filter((name) => !values[name]);
  return (
    <form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        navigate(placeLink(engine.mount, place, { ...values, ...typed }));
      }}
    >
      {missing.map((name, index) => (
        <TextField key={name} label={labelOf(name)} value={typed[name] ?? ""} onChange={(text) => setTyped({ ...typed, [name]: text })} isRequired autoFocus={index === 0} code />
      ))}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={missing.some((name) => !typed[name])}>
          {t("engine.go_on")}
        </Button>
      </div>
    </form>
  );
}

function Do({ engine, action, values }: { engine: Engine; action: Place; values: Record<string, string> }) {
  const path = filled(action.path, values);
  const need = `${action.item.post ? "update" : action.item.get ? "read" : "delete"} ${path}` as Need;
  const name = action.below.split("/").find((part) => !part.startsWith("{") && !Object.values(values).includes(part)) ?? action.below;
  return (
    <LinkButton to={placeLink(engine.mount, action, values)} needs={need}>
      {labelOf(action.below.split("/").at(-1)?.startsWith("{") ? name : (action.below.split("/").at(-1) ?? name)).replace(/-/g, " ")}
    </LinkButton>
  );
}

function Operations({ engine, place, values }: { engine: Engine; place: Place; values: Record<string, string> }) {
  const path = filled(place.path, values);
  const { get, post } = place.item;
  if (place.role === "entry" && get) return <Kept engine={engine} place={place} path={path} />;
  return (
    <div className="stack">
      {get && <Act engine={engine} path={path} method="GET" operation={get} />}
      {post && <Act engine={engine} path={path} method="POST" operation={post} />}
    </div>
  );
}

/** Something that is kept: what it is now, and the form to change it. */
function Kept({ engine, place, path }: { engine: Engine; place: Place; path: string }) {
  const found = useRead<Fields>(path);
  const { post } = place.item;
  const isNew = found.error?.kind === "missing";
  const save = useChange(
    (body: Fields) => send<Envelope<Fields> | undefined>("POST", path, { data: body }),
    () => toast(t("engine.saved", { name: path })),
  );
  if (found.isPending) return <Loading />;
  return (
    <div className="stack">
      {found.error && !isNew && <Failure error={found.error} />}
      {found.data && <Answer fields={found.data} title={t("engine.now")} />}
      {post && (
        <section className="card stack">
          <h2>{t(isNew ? "engine.create" : "engine.change")}</h2>
          <SchemaForm
            key={JSON.stringify(found.data ?? null)}
            schema={bodyOf(engine.document, post)}
            values={found.data ?? {}}
            leftOut={place.variables}
            submit={t("common.save")}
            needs={`${isNew ? "create" : "update"} ${path}` as Need}
            onSubmit={(body) => save.mutate(body)}
            isPending={save.isPending}
            error={save.error}
          />
          {save.data?.data && <Answer fields={save.data.data} title={t("engine.answer")} />}
          {save.data?.warnings?.map((text) => (
            <p key={text} className="notice notice-warn">
              {text}
            </p>
          ))}
        </section>
      )}
    </div>
  );
}

/** One operation, done when it is asked for. */
function Act({ engine, path, method, operation }: { engine: Engine; path: string; method: "GET" | "POST"; operation: Operation }) {
  const act = useChange((body: Fields) => send<Envelope<Fields> | string | undefined>(method, path, method === "GET" ? { query: body as Record<string, string> } : { data: body }));
  const schema = method === "GET" ? { properties: Object.fromEntries((operation.parameters ?? []).filter((each) => each.in === "query").map((each) => [each.name, { ...each.schema, description: each.description ?? "" }])) } : bodyOf(engine.document, operation);
  return (
    <section className="card stack">
      <h2>{operation.summary}</h2>
      <SchemaForm schema={schema} submit={t(method === "GET" ? "engine.read" : "engine.do")} needs={`${method === "GET" ? "read" : "update"} ${path}` as Need} onSubmit={(body) => act.mutate(body)} isPending={act.isPending} error={act.error} />
      {act.isSuccess && <Answer fields={typeof act.data === "object" ? (act.data.data ?? {}) : {}} text={typeof act.data === "string" ? act.data : ""} lease={typeof act.data === "object" ? act.data : undefined} title={t("engine.answer")} />}
    </section>
  );
}

function Remove({ place, values, back }: { place: Place; values: Record<string, string>; back: string }) {
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
  const path = filled(place.path, values);
  const act = useChange(
    () => remove(path),
    () => {
      toast(t("engine.removed", { name: path }));
      setOpen(false);
      navigate(back);
    },
  );
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={`delete ${path}` as Need}>
        {t("common.delete")}
      </Button>
      {open && (
        <Confirm title={t("engine.remove_title", { name: path })} isOpen onClose={() => setOpen(false)} action={t("common.delete")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error}>
          <p>{place.item.delete?.summary}</p>
        </Confirm>
      )}
    </>
  );
}
