import { useState } from "react";
import type { Need } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { filled } from "../../api/openapi";
import { useNavigate, useParam } from "../../app/location";
import { Anchor, Button, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { type Engine, engineLink, placeLink, useEngine, useVariables } from "./engine";
import type { Place } from "./shape";

/** The names in one collection of an engine. */
export default function Names() {
  return <Loaded of={useEngine()}>{(engine) => <Found engine={engine} />}</Loaded>;
}

function Found({ engine }: { engine: Engine }) {
  const below = useParam("path");
  const place = engine.places.find((each) => each.below === below && each.role === "collection");
  if (!place) return <Empty title={t("engine.no_path")} />;
  return <Collection engine={engine} place={place} />;
}

function Collection({ engine, place }: { engine: Engine; place: Place }) {
  const values = useVariables();
  const path = filled(place.path, values);
  const names = useList<Record<string, unknown>>(path);
  const navigate = useNavigate();
  const { entry } = place;
  const variable = entry?.variables.at(-1) ?? "";
  const to = (name: string) => (entry ? placeLink(engine.mount, entry, { ...values, [variable]: name }) : placeLink(engine.mount, place, values));
  return (
    <>
      <PageHead title={place.below} intro={place.item.get?.summary} crumbs={[{ text: engine.mount, to: engineLink(engine.mount) }]}>
        {entry?.item.post && (
          <LinkButton to={placeLink(engine.mount, entry, values)} look="primary" needs={`create ${filled(entry.path, { ...values, [variable]: "new" })}` as Need}>
            {t("engine.create")}
          </LinkButton>
        )}
      </PageHead>
      <Loaded of={names}>
        {({ keys, key_info }) => (
          <DataTable
            label={place.below}
            rows={keys.map((name) => ({ name }))}
            idOf={({ name }) => name}
            textOf={({ name }) => name}
            {...(entry && { onOpen: ({ name }: { name: string }) => navigate(to(name)) })}
            columns={[
              { id: "name", title: t("engine.name"), order: ({ name }) => name, cell: ({ name }) => (entry ? <Anchor to={to(name)}>{name}</Anchor> : name) },
              { id: "about", title: t("engine.about"), secondary: true, cell: ({ name }) => <span className="description">{briefly(key_info[name])}</span> },
            ]}
            empty={<Empty title={t("engine.no_names")} />}
          />
        )}
      </Loaded>
      {entry && <Jump onOpen={(name) => navigate(to(name))} />}
    </>
  );
}

/** The way to an entry whose name is known, for who may not list or has many. */
function Jump({ onOpen }: { onOpen: (name: string) => void }) {
  const [name, setName] = useState("");
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (name) onOpen(name);
      }}
    >
      <TextField label={t("engine.jump")} value={name} onChange={setName} code />
      <Button type="submit">{t("kv.open")}</Button>
    </form>
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
