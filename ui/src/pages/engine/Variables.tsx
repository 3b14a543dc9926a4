import { useState } from "react";
import { valueAt } from "../../api/value_at";
import { useMay } from "../../api/capabilities";
import { filled } from "../../api/openapi";
import { useNavigate } from "../../app/location";
import { useList } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Suggested } from "../../components/Field";
import { PageHead } from "../../components/PageHead";
import { Prose } from "../../components/Prose";
import { SubmitForm } from "../../components/SubmitForm";
import { labelOf } from "../../forms/fields";
import { t } from "../../texts";
import { type Engine, engineLink, placeLink } from "./engine";
import { wordsFor } from "./Overview";
import { type Place, subjectOf } from "./shape";
import { useNamesInRules } from "./touched";

/** Asks for the names in a path that aren't known yet. */
export function Variables({ engine, place, values }: { engine: Engine; place: Place; values: Record<string, string> }) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const navigate = useNavigate();
  const missing = place.variables.filter((name) => !valueAt(values, name));
  const known = useKnown(engine, place, values);
  const { get, post } = place.item;
  return (
    <>
      <PageHead title={wordsFor(subjectOf(place.below))} intro={<Prose text={(get ?? post)?.summary ?? place.item.description ?? ""} />} crumbs={[{ text: engine.mount, to: engineLink(engine.mount) }]} />
      <SubmitForm
        onSubmit={() => {
          if (missing.every((name) => valueAt(typed, name))) navigate(placeLink(engine.mount, place, { ...values, ...typed }));
        }}
      >
        {missing.map((name) => (
          <Suggested key={name} label={labelOf(name)} value={valueAt(typed, name) ?? ""} onChange={(text) => setTyped({ ...typed, [name]: text })} choices={missing.length === 1 ? known.map((each) => ({ id: each, label: each })) : []} isRequired />
        ))}
        <div className="row">
          <Button type="submit" look="primary" isDisabled={missing.some((name) => !valueAt(typed, name))}>
            {t("engine.go_on")}
          </Button>
        </div>
      </SubmitForm>
    </>
  );
}

/** Names that fit: those of a collection of the same variable, if they can be listed, and those that the user's rules have. */
function useKnown(engine: Engine, place: Place, values: Record<string, string>): string[] {
  const last = place.variables.at(-1) ?? "";
  const collections = engine.places.filter(({ role, entry, variables }) => role === "collection" && variables.every((name) => valueAt(values, name)) && entry?.variables.at(-1) === last);
  const roles = collections.find(({ below }) => below.startsWith("static-") === place.below.startsWith("static-")) ?? null;
  const path = roles ? filled(roles.path, values) : "";
  const mayList = useMay(`list ${path}`);
  const listed = useList(path, { enabled: roles !== null && mayList === true });
  const ruled = useNamesInRules(place);
  return [...new Set([...(listed.data?.keys ?? []), ...ruled])];
}
