import { useState } from "react";
import { valueAt } from "../../api/value_at";
import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { filled } from "../../api/openapi";
import { useNavigate, useParam } from "../../app/location";
import { Anchor, Button, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Suggested } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Prose } from "../../components/Prose";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { Act } from "./Act";
import { type Engine, engineLink, placeLink, useEngine, useVariables } from "./engine";
import { Variables } from "./Variables";
import { wordsFor } from "./Overview";
import { creating, type Place, subjectOf } from "./shape";
import { useNamesInRules } from "./touched";

/** The names in one collection of an engine. */
export default function Names() {
  return <Loaded of={useEngine()}>{(engine) => <Found engine={engine} />}</Loaded>;
}

function Found({ engine }: { engine: Engine }) {
  const below = useParam("path");
  const place = engine.places.find((each) => each.below === below && each.role === "collection");
  const values = useVariables();
  if (!place) return <Empty title={t("engine.no_path")} />;
  if (place.variables.some((name) => !valueAt(values, name))) return <Variables engine={engine} place={place} values={values} />;
  return <Collection key={below} engine={engine} place={place} />;
}

function Collection({ engine, place }: { engine: Engine; place: Place }) {
  const values = useVariables();
  const navigate = useNavigate();
  const { entry } = place;
  const variable = entry?.variables.at(-1) ?? "";
  const to = (name: string) => (entry ? placeLink(engine.mount, entry, { ...values, [variable]: name }) : placeLink(engine.mount, place, values));
  return (
    <>
      <PageHead title={wordsFor(subjectOf(place.below))} intro={<Prose text={place.item.get?.summary ?? ""} />} crumbs={crumbsTo(engine, place, values)}>
        {entry?.item.post && (
          <LinkButton to={placeLink(engine.mount, entry, values, "create")} look="primary" needs={creating(entry, filled(entry.path, { ...values, [variable]: "new" }))}>
            {t("engine.create")}
          </LinkButton>
        )}
      </PageHead>
      <Table place={place} path={filled(place.path, values)} to={entry ? to : null} />
      {place.item.post && <Act engine={engine} place={place} path={filled(place.path, values)} method="POST" operation={place.item.post} isTitled />}
      {entry && <Jump entry={entry} onOpen={(name) => navigate(to(name))} />}
    </>
  );
}

/** The way to a collection; through the entry that it is of, if it is one's. */
function crumbsTo(engine: Engine, place: Place, values: Record<string, string>) {
  const owner = engine.places.find((each) => each.role === "entry" && each.variables.length === place.variables.length && place.below.startsWith(`${each.below}/`));
  return [{ text: engine.mount, to: engineLink(engine.mount) }, ...(owner ? [{ text: filled(owner.below, values), to: placeLink(engine.mount, owner, values) }] : [])];
}

function Table({ place, path, to }: { place: Place; path: string; to: ((name: string) => string) | null }) {
  const mayList = useMay(`list ${path}`);
  const names = useList<Record<string, unknown>>(path, { enabled: mayList === true });
  const navigate = useNavigate();
  if (mayList === false) return <p className="intro">{t("engine.jump_unlisted")}</p>;
  return (
    <Loaded of={names}>
      {({ keys, key_info }) => (
        <DataTable
          label={place.below}
          rows={keys.map((name) => ({ name }))}
          idOf={({ name }) => name}
          textOf={({ name }) => `${name} ${briefly(key_info[name])}`}
          {...(to && { onOpen: ({ name }: { name: string }) => navigate(to(name)) })}
          columns={[
            { id: "name", title: t("engine.name"), order: ({ name }) => name, cell: ({ name }) => (to ? <Anchor to={to(name)}>{name}</Anchor> : name) },
            ...(Object.keys(key_info).length > 0 ? [{ id: "about", title: t("engine.about"), secondary: true, cell: ({ name }: { name: string }) => <span className="description">{briefly(key_info[name])}</span> }] : []),
          ]}
          empty={<Empty title={t("engine.no_names")} />}
        />
      )}
    </Loaded>
  );
}

/** The way to an entry whose name is known, for who may not list or has many. */
function Jump({ entry, onOpen }: { entry: Place; onOpen: (name: string) => void }) {
  const [name, setName] = useState("");
  const known = useNamesInRules(entry);
  return (
    <SubmitForm
      onSubmit={() => {
        if (name) onOpen(name);
      }}
    >
      <Suggested label={t("engine.jump")} value={name} onChange={setName} choices={known.map((each) => ({ id: each, label: each }))} />
      <div className="row">
        <Button type="submit">{t("kv.open")}</Button>
      </div>
    </SubmitForm>
  );
}

const MOST_WORDS = 4;

/** The first things that a listing tells of a name, as text. */
export function briefly(info: Record<string, unknown> | undefined): string {
  return Object.entries(info ?? {})
    .filter(([, value]) => typeof value !== "object" && value !== "")
    .slice(0, MOST_WORDS)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(", ");
}
