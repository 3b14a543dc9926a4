import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { useRead } from "../../api/hooks";
import { Several } from "../../components/Several";
import { Checkbox, Choices } from "../../components/Field";
import { Removal } from "../../components/Removal";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { type Clash, clashesOf, keptOf } from "./clashes";
import { useEntityChoices } from "./names";
import { type Entity, entityPath } from "./records";

/** Takes other entities into this one: the same person, who has logged in by two methods. */
export function Merge({ entity }: { entity: Entity }) {
  const [others, setOthers] = useState<string[]>([]);
  const [force, setForce] = useState(false);
  const choices = useEntityChoices().filter(({ id }) => id !== entity.id);
  const may = useMay("update identity/entity/merge");
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const other = useOnly(others);
  const clashes = other ? clashesOf(entity, other) : [];
  if (may === false) return <p className="notice">{t("identity.merge_denied")}</p>;
  const names = others.map((id) => choices.find((choice) => choice.id === id)?.label ?? id).join(", ");
  return (
    <section className="card stack">
      <p className="intro">{t("identity.merge_intro", { name: entity.name })}</p>
      <Several label={t("identity.merge_from")} value={others} onChange={setOthers} choices={choices} />
      {other && clashes.map((clash) => <Keeps key={clash.other.id} clash={clash} names={[entity.name, other.name]} value={keptOf([clash], chosen)[0] ?? ""} onChange={(id) => setChosen({ ...chosen, [clash.own.mount_accessor]: id })} />)}
      <Checkbox label={t("identity.merge_force")} description={t("identity.merge_force_hint")} value={force} onChange={setForce} />
      {others.length > 0 && (
        <div className="row">
          <Removal
            look="danger"
            action={t("identity.merge")}
            title={t("identity.merge_title", { names, name: entity.name })}
            needs="update identity/entity/merge"
            act={() => write("identity/entity/merge", { from_entity_ids: others, to_entity_id: entity.id, force, ...(clashes.length > 0 && { conflicting_alias_ids_to_keep: keptOf(clashes, chosen) }) })}
            done={() => {
              toast(t("identity.merged", { name: entity.name }));
              setOthers([]);
            }}
          >
            <p>{t("identity.merge_text")}</p>
          </Removal>
        </div>
      )}
    </section>
  );
}

/** The entity that is taken in, where it is one: more than one can't have aliases in a mount of this one's. */
function useOnly(others: readonly string[]): Entity | undefined {
  const path = entityPath(others[0] ?? "");
  const isOne = others.length === 1;
  const mayRead = useMay(`read ${path}`);
  const found = useRead<Entity>(path, { enabled: isOne && mayRead === true });
  return isOne ? found.data : undefined;
}

function Keeps({ clash: { own, other }, names: [to, from], value, onChange }: { clash: Clash; names: readonly [string, string]; value: string; onChange: (id: string) => void }) {
  const choices = [
    { id: own.id, label: t("identity.merge_of", { alias: own.name, entity: to }) },
    { id: other.id, label: t("identity.merge_of", { alias: other.name, entity: from }) },
  ];
  return <Choices label={t("identity.merge_keep", { mount: own.mount_path })} description={t("identity.merge_keep_hint")} value={value} onChange={onChange} choices={choices} />;
}
