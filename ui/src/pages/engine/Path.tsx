import { valueAt } from "../../api/value_at";
import { filled } from "../../api/openapi";
import { useParam } from "../../app/location";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Prose } from "../../components/Prose";
import { t } from "../../texts";
import { Act } from "./Act";
import { Create } from "./Create";
import { crumbsOf } from "./crumbs";
import { type Engine, useEngine, useVariables } from "./engine";
import { Kept } from "./Kept";
import type { Place } from "./shape";
import { Variables } from "./Variables";

/** One path of an engine, with forms for what can be done there. */
export default function Path() {
  return <Loaded of={useEngine()}>{(engine) => <Found engine={engine} />}</Loaded>;
}

function Found({ engine }: { engine: Engine }) {
  const below = useParam("path");
  const mode = useParam("mode");
  const place = engine.places.find((each) => each.below === below);
  const values = useVariables();
  if (!place) return <Empty title={t("engine.no_path")} />;
  if (mode === "create") return <Create engine={engine} place={place} values={values} />;
  if (place.variables.some((name) => !valueAt(values, name))) return <Variables key={below} engine={engine} place={place} values={values} />;
  const path = filled(place.path, values);
  if (place.role === "entry") return <Kept key={path} engine={engine} place={place} values={values} isChanging={mode === "change"} />;
  return <Actions key={path} engine={engine} place={place} values={values} />;
}

function Actions({ engine, place, values }: { engine: Engine; place: Place; values: Record<string, string> }) {
  const path = filled(place.path, values);
  const { get, post, patch, delete: removed } = place.item;
  const summary = (get ?? post ?? removed)?.summary ?? "";
  return (
    <>
      <PageHead title={filled(place.below, values)} intro={<Prose text={place.item.description ?? summary} />} crumbs={crumbsOf(engine, place, values)} />
      <div className="stack">
        {get && <Act engine={engine} place={place} path={path} method="GET" operation={get} />}
        {post && <Act engine={engine} place={place} path={path} method="POST" operation={post} />}
        {patch && <Act engine={engine} place={place} path={path} method="PATCH" operation={patch} />}
        {removed && <Act engine={engine} place={place} path={path} method="DELETE" operation={removed} />}
      </div>
    </>
  );
}
