import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, remove, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { bodyOf, filled } from "../../api/openapi";
import { useNavigate } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { Held } from "../../components/Held";
import { Empty, Loading } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Prose } from "../../components/Prose";
import { toast } from "../../components/toasts";
import { fieldsOf, keptBy } from "../../forms/fields";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { Answer } from "./Answer";
import { type Engine, engineLink, placeLink } from "./engine";
import { wordsFor } from "./Overview";
import { crumbsOf } from "./crumbs";
import { actionsWith, creating, needsAt, type Place, subjectsWith } from "./shape";

interface Props {
  engine: Engine;
  place: Place;
  values: Record<string, string>;
}

/** Something that is kept: what it is now, what can be done with it, and the form to change it. */
export function Kept({ engine, place, values, isChanging }: Props & { isChanging: boolean }) {
  const path = filled(place.path, values);
  const mayRead = useMay(...needsAt(place, "read", path));
  const found = useRead<Fields>(path, { enabled: mayRead === true });
  const [mayUpdate, mayPatch] = [useMay(...needsAt(place, "update", path)), useMay(...needsAt(place, "patch", path))];
  const collection = engine.places.find(({ entry }) => entry === place);
  const isNew = found.error?.kind === "missing";
  const here = (mode: "" | "change") => placeLink(engine.mount, place, values, mode);
  const [mayCreate, mayWrite] = [useMay(...creating(place, path)), (place.item.post !== undefined && mayUpdate) || (place.item.patch !== undefined && mayPatch)];
  // Who may not read it changes it without seeing it.
  const isForm = (isChanging || mayRead === false) && ((isNew ? mayCreate : mayWrite) ?? false);
  return (
    <>
      <PageHead title={filled(place.below, values)} intro={<Prose text={place.item.description ?? ""} />} crumbs={crumbsOf(engine, place, values)}>
        {place.item.post && !isForm && (
          <LinkButton to={here("change")} look={isNew ? "primary" : "plain"} needs={isNew ? creating(place, path) : needsAt(place, "update", path)}>
            {t(isNew ? "engine.set_up" : "engine.change")}
          </LinkButton>
        )}
        {place.item.delete && !isNew && <Remove place={place} path={path} back={collection ? placeLink(engine.mount, collection, values) : engineLink(engine.mount)} />}
      </PageHead>
      {!isNew && !isChanging && <Actions engine={engine} place={place} values={values} />}
      {mayRead && found.isPending && <Loading />}
      {found.error && !isNew && <Failure error={found.error} />}
      {mayRead === false && mayWrite === false && <Empty title={t("engine.unread")} />}
      {isNew && !isForm && <Empty title={t("engine.nothing_yet")} />}
      {isForm && (found.data || isNew || mayRead === false) && <Change engine={engine} place={place} values={values} now={found.data} isNew={isNew} back={mayRead ? here("") : ""} />}
      {!isForm && found.data && <Answer fields={found.data} title={t("engine.now")} />}
    </>
  );
}

function Change({ engine, place, values, now, isNew, back }: Props & { now: Fields | undefined; isNew: boolean; back: string }) {
  const path = filled(place.path, values);
  const navigate = useNavigate();
  const mayPatch = useMay(...needsAt(place, "patch", path));
  const isPatch = !isNew && mayPatch === true && place.item.patch !== undefined;
  const operation = isPatch ? place.item.patch : place.item.post;
  const schema = operation ? bodyOf(engine.document, operation) : {};
  const save = useChange(
    ({ body, held }: { body: Fields; held: Fields | undefined }) => send<Envelope<Fields> | undefined>(isPatch ? "PATCH" : "POST", path, { data: isPatch || !held ? body : { ...keptBy(schema, held), ...body } }),
    (answered) => {
      toast(t("engine.saved", { name: path }));
      if (back && !answered?.data && !answered?.warnings) navigate(back);
    },
  );
  if (!operation) return null;
  return (
    <div className="stack">
      <section className="card">
        <Held value={now} by={(each) => JSON.stringify(each ?? null)}>
          {(held) => (
            <SchemaForm
              schema={schema}
              values={held ?? {}}
              leftOut={place.variables}
              submit={t("common.save")}
              needs={isNew ? creating(place, path) : needsAt(place, isPatch ? "patch" : "update", path)}
              onSubmit={(body) => save.mutate({ body, held })}
              isPending={save.isPending}
              error={save.error}
              actions={back && <LinkButton to={back}>{t("common.cancel")}</LinkButton>}
            />
          )}
        </Held>
      </section>
      {save.data && <Answer key={save.submittedAt} fields={save.data.data ?? {}} warnings={save.data.warnings} title={t("engine.answer")} masked={fieldsOf(schema).filter(({ sensitive }) => sensitive).map(({ name }) => name)} />}
    </div>
  );
}

/** What can be done with it, each on a page of its own. */
function Actions({ engine, place, values }: Props) {
  const actions = actionsWith(engine.places, place);
  if (actions.length === 0) return null;
  return (
    <div className="row" role="group" aria-label={t("engine.actions")}>
      {actions.map((action) => (
        <Do key={action.below} engine={engine} action={action} of={place} values={values} />
      ))}
    </div>
  );
}

function Do({ engine, action, of, values }: { engine: Engine; action: Place; of: Place; values: Record<string, string> }) {
  const path = filled(action.path, values);
  const { get, post } = action.item;
  const capability = action.role === "collection" ? "list" : get ? "read" : post ? "update" : "delete";
  return (
    <LinkButton to={placeLink(engine.mount, action, values)} needs={needsAt(action, capability, path)}>
      {subjectsWith(action.below, of.below).map(wordsFor).join(" · ")}
    </LinkButton>
  );
}

function Remove({ place, path, back }: { place: Place; path: string; back: string }) {
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
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
      <Button onPress={() => setOpen(true)} needs={needsAt(place, "delete", path)}>
        {t("common.delete")}
      </Button>
      {open && (
        <Confirm title={t("engine.remove_title", { name: path })} isOpen onClose={() => setOpen(false)} action={t("common.delete")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error}>
          <p>
            <Prose text={place.item.delete?.summary ?? ""} />
          </p>
        </Confirm>
      )}
    </>
  );
}
