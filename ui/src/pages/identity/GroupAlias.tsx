import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { remove, write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Suggested, TextField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Removal } from "../../components/Removal";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Typed } from "../../components/Typed";
import { t } from "../../texts";
import { useMountChoices } from "./names";
import type { Group } from "./records";

const aliasPath = ({ alias }: Group) => (alias.id ? `identity/group-alias/id/${alias.id}` : "identity/group-alias");

/** By which name an auth method knows an external group. */
export function GroupAlias({ group }: { group: Group }) {
  const { alias } = group;
  const mayWrite = useMay(`update ${aliasPath(group)}`);
  return (
    <>
      <p className="intro">{t("identity.group_alias_intro")}</p>
      {alias.id ? (
        <section className="card stack">
          <dl className="facts">
            <dt>{t("identity.name")}</dt>
            <dd>{alias.name}</dd>
            <dt>{t("identity.mount")}</dt>
            <dd className="code">{alias.mount_path}</dd>
          </dl>
          <div className="row">
            <Removal title={t("identity.remove_alias", { name: alias.name ?? "" })} needs={`delete identity/group-alias/id/${alias.id}`} act={() => remove(`identity/group-alias/id/${alias.id}`)} done={() => toast(t("identity.removed", { name: alias.name ?? "" }))}>
              <p>{t("identity.remove_group_alias_text")}</p>
            </Removal>
          </div>
        </section>
      ) : (
        <p>{t("identity.no_group_alias")}</p>
      )}
      {mayWrite && <Held key={group.id} value={group}>{(held) => <Form group={held} />}</Held>}
    </>
  );
}

function Form({ group }: { group: Group }) {
  const { alias } = group;
  const [name, setName] = useState(alias.name ?? "");
  const [mount, setMount] = useState(alias.mount_path ?? "");
  const mounts = useMountChoices();
  const accessor = mounts.find(({ label }) => label === mount)?.id ?? (mount === alias.mount_path ? (alias.mount_accessor ?? "") : mount);
  const path = aliasPath(group);
  const save = useChange(
    () => write(path, { name: name.trim(), mount_accessor: accessor, canonical_id: group.id }),
    () => toast(t("identity.saved", { name: name.trim() })),
  );
  return (
    <Typed>
      <SubmitForm onSubmit={() => save.mutate(undefined)}>
        <TextField label={t("identity.group_there")} description={t("identity.group_there_hint")} value={name} onChange={setName} isRequired code />
        <Suggested label={t("identity.mount")} description={t("identity.mount_hint")} value={mount} onChange={setMount} choices={mounts.map(({ label }) => ({ id: label, label }))} isRequired />
        {alias.id && <p className="description">{t("identity.group_alias_change")}</p>}
        {save.error && <Failure error={save.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={save.isPending} isDisabled={name.trim() === "" || accessor === ""} needs={`update ${path}`}>
            {t("common.save")}
          </Button>
        </div>
      </SubmitForm>
    </Typed>
  );
}
