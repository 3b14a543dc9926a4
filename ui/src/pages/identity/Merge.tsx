import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { Several } from "../../components/Several";
import { Checkbox } from "../../components/Field";
import { Removal } from "../../components/Removal";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { useEntityChoices } from "./names";
import type { Entity } from "./records";

/** Takes other entities into this one: the same person, who has logged in by two methods. */
export function Merge({ entity }: { entity: Entity }) {
  const [others, setOthers] = useState<string[]>([]);
  const [force, setForce] = useState(false);
  const choices = useEntityChoices().filter(({ id }) => id !== entity.id);
  const may = useMay("update identity/entity/merge");
  if (may === false) return <p className="notice">{t("identity.merge_denied")}</p>;
  const names = others.map((id) => choices.find((choice) => choice.id === id)?.label ?? id).join(", ");
  return (
    <section className="card stack">
      <p className="intro">{t("identity.merge_intro", { name: entity.name })}</p>
      <Several label={t("identity.merge_from")} value={others} onChange={setOthers} choices={choices} />
      <Checkbox label={t("identity.merge_force")} description={t("identity.merge_force_hint")} value={force} onChange={setForce} />
      {others.length > 0 && (
        <div className="row">
          <Removal
            look="danger"
            action={t("identity.merge")}
            title={t("identity.merge_title", { names, name: entity.name })}
            needs="update identity/entity/merge"
            act={() => write("identity/entity/merge", { from_entity_ids: others, to_entity_id: entity.id, force })}
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
