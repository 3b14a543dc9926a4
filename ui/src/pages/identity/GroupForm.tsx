import { useState } from "react";
import { write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Choices, TextField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Several } from "../../components/Several";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Typed } from "../../components/Typed";
import { Pairs } from "../../forms/Pairs";
import { t } from "../../texts";
import { groupLink } from "./links";
import { useEntityChoices, useGroupChoices, usePolicyChoices } from "./names";
import { changed, type Group, groupPath, metadataOf } from "./records";

/** Creates a group, or changes one.  Its entities are changed at its own page, some at a time. */
export default function GroupForm() {
  const id = useParam("id");
  const found = useRead<Group>(groupPath(id), { enabled: id !== "" });
  if (id === "") return <Form group={null} />;
  return (
    <Loaded of={found} missing={<Empty title={t("identity.no_group")} />}>
      {(group) => <Held key={group.id} value={group}>{(held) => <Form group={held} />}</Held>}
    </Loaded>
  );
}

const ttlOf = (group: Group | null) => (group?.membership_ttl ? `${group.membership_ttl}s` : "");

function Form({ group }: { group: Group | null }) {
  const [name, setName] = useState(group?.name ?? "");
  const [type, setType] = useState<string>(group?.type ?? "internal");
  const [policies, setPolicies] = useState<string[]>(group?.policies ?? []);
  const [entities, setEntities] = useState<string[]>([]);
  const [groups, setGroups] = useState<string[]>(group?.member_group_ids ?? []);
  const [ttl, setTtl] = useState(ttlOf(group));
  const [metadata, setMetadata] = useState<[string, string][]>(Object.entries(group?.metadata ?? {}));
  const choices = { policies: usePolicyChoices(), entities: useEntityChoices(), groups: useGroupChoices().filter(({ id }) => id !== group?.id) };
  const navigate = useNavigate();
  const path = group ? groupPath(group.id) : "identity/group";
  const isExternal = type === "external";
  const body = () => ({
    ...(name.trim() && { name: name.trim() }),
    ...(!group && { type }),
    policies,
    metadata: metadataOf(metadata),
    ...(isExternal ? { ...(ttl !== ttlOf(group) && { membership_ttl: ttl.trim() || "0" }) } : { member_group_ids: groups, ...(!group && { member_entity_ids: entities }) }),
  });
  const save = useChange(
    () => write<{ id: string } | undefined>(path, changed(body(), group)),
    (made) => {
      toast(t("identity.saved", { name: name || (made?.id ?? "") }));
      navigate(groupLink(group?.id ?? made?.id ?? ""), { replace: true });
    },
  );
  const crumbs = [{ text: t("identity.groups"), to: "/groups" }, ...(group ? [{ text: group.name, to: groupLink(group.id) }] : [])];
  return (
    <>
      <PageHead title={t(group ? "identity.edit_group" : "identity.create_group")} crumbs={crumbs} />
      <Typed>
        <SubmitForm onSubmit={() => save.mutate(undefined)}>
          <TextField label={t("identity.name")} value={name} onChange={setName} autoFocus />
          {!group && <Choices label={t("identity.type")} value={type} onChange={setType} choices={(["internal", "external"] as const).map((id) => ({ id, label: t(`identity.${id}`), description: t(`identity.type_${id}`) }))} />}
          <Several label={t("identity.policies")} description={t("identity.group_policies_hint")} value={policies} onChange={setPolicies} choices={choices.policies} />
          {!isExternal && !group && <Several label={t("identity.member_entities")} value={entities} onChange={setEntities} choices={choices.entities} />}
          {!isExternal && <Several label={t("identity.groups_below")} description={t("identity.groups_below_hint")} value={groups} onChange={setGroups} choices={choices.groups} />}
          {isExternal && <TextField label={t("identity.membership_ttl")} description={t("identity.membership_ttl_hint")} value={ttl} onChange={setTtl} code />}
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
