import { useState } from "react";
import { write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Several } from "../../components/Several";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Typed } from "../../components/Typed";
import { Pairs } from "../../forms/Pairs";
import { t } from "../../texts";
import { entityLink } from "./links";
import { usePolicyChoices } from "./names";
import { changed, type Entity, entityPath, metadataOf } from "./records";

/** Creates an entity, or changes what administrators say of one. */
export default function EntityForm() {
  const id = useParam("id");
  const found = useRead<Entity>(entityPath(id), { enabled: id !== "" });
  if (id === "") return <Form entity={null} />;
  return (
    <Loaded of={found} missing={<Empty title={t("identity.no_entity")} />}>
      {(entity) => <Held key={entity.id} value={entity}>{(held) => <Form entity={held} />}</Held>}
    </Loaded>
  );
}

function Form({ entity }: { entity: Entity | null }) {
  const [name, setName] = useState(entity?.name ?? "");
  const [policies, setPolicies] = useState<string[]>(entity?.policies ?? []);
  const [metadata, setMetadata] = useState<[string, string][]>(Object.entries(entity?.metadata ?? {}));
  const choices = usePolicyChoices();
  const navigate = useNavigate();
  const path = entity ? entityPath(entity.id) : "identity/entity";
  const save = useChange(
    () => write<{ id: string } | undefined>(path, changed({ ...(name.trim() && { name: name.trim() }), policies, metadata: metadataOf(metadata) }, entity)),
    (made) => {
      toast(t("identity.saved", { name: name || (made?.id ?? "") }));
      navigate(entityLink(entity?.id ?? made?.id ?? ""), { replace: true });
    },
  );
  const crumbs = [{ text: t("identity.entities"), to: "/entities" }, ...(entity ? [{ text: entity.name, to: entityLink(entity.id) }] : [])];
  return (
    <>
      <PageHead title={t(entity ? "identity.edit_entity" : "identity.create_entity")} crumbs={crumbs} />
      <Typed>
        <SubmitForm onSubmit={() => save.mutate(undefined)}>
          <TextField label={t("identity.name")} description={t("identity.entity_name_hint")} value={name} onChange={setName} autoFocus />
          <Several label={t("identity.policies")} description={t("identity.policies_hint")} value={policies} onChange={setPolicies} choices={choices} />
          <Pairs label={t("identity.metadata")} description={t("identity.metadata_hint")} value={metadata} onChange={setMetadata} />
          {save.error && <Failure error={save.error} />}
          <div className="row">
            <Button type="submit" look="primary" isPending={save.isPending} needs={`update ${path}`}>
              {t("common.save")}
            </Button>
          </div>
        </SubmitForm>
      </Typed>
    </>
  );
}
