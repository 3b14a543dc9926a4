import { useState } from "react";
import { useMay } from "../../../api/capabilities";
import { remove, write } from "../../../api/client";
import { useChange, useList, useRead } from "../../../api/hooks";
import { link, useNavigate, useParam } from "../../../app/location";
import { Button } from "../../../components/Button";
import { Failure } from "../../../components/Failure";
import { TextField } from "../../../components/Field";
import { Held } from "../../../components/Held";
import { Empty, Loaded } from "../../../components/Loaded";
import { PageHead } from "../../../components/PageHead";
import { Removal } from "../../../components/Removal";
import { Several } from "../../../components/Several";
import { SubmitForm } from "../../../components/SubmitForm";
import { toast } from "../../../components/toasts";
import { Typed } from "../../../components/Typed";
import { t } from "../../../texts";
import { useEntityChoices, useGroupChoices, useMountChoices } from "../names";
import { RecordFacts } from "../RecordFacts";
import { type Demand, demandPath, type Method } from "./records";

const CRUMBS = [{ text: t("mfa.enforcements"), to: link("/mfa", { tab: "enforcements" }) }];
const NONE: Demand = { name: "", mfa_method_ids: [], auth_method_accessors: [], auth_method_types: [], identity_entity_ids: [], identity_group_ids: [] };
/** Types of auth methods that log people in; others may be typed. */
const TYPES = ["userpass", "ldap", "oidc", "jwt", "okta", "radius", "github", "kerberos", "cert", "approle"].map((id) => ({ id, label: id }));

/** Which logins need a second factor, and what may prove it. */
export default function Enforcement() {
  const name = useParam("name");
  const found = useRead<Demand>(demandPath(name), { enabled: name !== "" });
  if (name === "")
    return (
      <>
        <PageHead title={t("mfa.create_enforcement")} crumbs={CRUMBS} />
        <Form demand={NONE} />
      </>
    );
  return (
    <Loaded of={found} missing={<Empty title={t("mfa.no_enforcement")} />}>
      {(demand) => <Shown demand={demand} />}
    </Loaded>
  );
}

function Shown({ demand }: { demand: Demand }) {
  const path = demandPath(demand.name);
  const may = useMay(`update ${path}`);
  const navigate = useNavigate();
  const done = () => {
    toast(t("identity.removed", { name: demand.name }));
    navigate(link("/mfa", { tab: "enforcements" }));
  };
  return (
    <>
      <PageHead title={demand.name} crumbs={CRUMBS}>
        <Removal look="danger" title={t("mfa.remove_enforcement", { name: demand.name })} needs={`delete ${path}`} act={() => remove(path)} done={done}>
          <p>{t("mfa.remove_enforcement_text")}</p>
        </Removal>
      </PageHead>
      {may ? (
        <Held key={demand.name} value={demand}>{(held) => <Form demand={held} />}</Held>
      ) : (
        <section className="card">
          <RecordFacts of={{ ...demand }} leftOut={["name", "id", "namespace_id"]} />
        </section>
      )}
    </>
  );
}

function Form({ demand }: { demand: Demand }) {
  const [name, setName] = useState(demand.name);
  const [draft, setDraft] = useState(demand);
  const methods = useList<Method>("identity/mfa/method");
  const mounts = useMountChoices();
  const entities = useEntityChoices();
  const groups = useGroupChoices();
  const navigate = useNavigate();
  const set = (field: keyof Omit<Demand, "name">) => (value: string[]) => setDraft({ ...draft, [field]: value });
  const save = useChange(
    () => {
      const { mfa_method_ids, auth_method_accessors, auth_method_types, identity_entity_ids, identity_group_ids } = draft;
      return write(demandPath(name.trim()), { mfa_method_ids, auth_method_accessors, auth_method_types, identity_entity_ids, identity_group_ids });
    },
    () => {
      toast(t("mfa.enforced"));
      if (demand.name === "") navigate(link("/mfa/enforcement", { name: name.trim() }), { replace: true });
    },
  );
  const choices = (methods.data?.keys ?? []).map((id) => ({ id, label: methods.data?.key_info[id]?.name || id, description: methods.data?.key_info[id]?.type ?? "" }));
  return (
    <Typed>
      <SubmitForm onSubmit={() => save.mutate(undefined)}>
        {demand.name === "" && <TextField label={t("mfa.name")} value={name} onChange={setName} isRequired autoFocus code />}
        <Several label={t("mfa.which_methods")} description={t("mfa.which_methods_hint")} value={draft.mfa_method_ids} onChange={set("mfa_method_ids")} choices={choices} />
        <p className="description">{t("mfa.concerns_hint")}</p>
        <Several label={t("mfa.types")} value={draft.auth_method_types} onChange={set("auth_method_types")} choices={TYPES} />
        <Several label={t("mfa.mounts")} value={draft.auth_method_accessors} onChange={set("auth_method_accessors")} choices={mounts} />
        <Several label={t("identity.groups")} value={draft.identity_group_ids} onChange={set("identity_group_ids")} choices={groups} />
        <Several label={t("identity.entities")} value={draft.identity_entity_ids} onChange={set("identity_entity_ids")} choices={entities} />
        {save.error && <Failure error={save.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={save.isPending} isDisabled={name.trim() === ""} needs={`update ${demandPath(name.trim() || "new")}`}>
            {t("common.save")}
          </Button>
        </div>
      </SubmitForm>
    </Typed>
  );
}
