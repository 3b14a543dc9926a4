import { useState } from "react";
import { send } from "../../api/client";
import { useChange } from "../../api/hooks";
import type { Schema } from "../../api/openapi";
import { useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, NumberField, Select, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { useSchema } from "../../forms/schema";
import { t, textOr } from "../../texts";
import { newKeyOf, traitsOf, type Wanted } from "./key_types";
import { crumbsOf, keyLink, keyPath, mountLink } from "./mount";

/** Makes a key. */
export default function Create() {
  const mount = useParam("mount");
  const schema = useSchema(`${mount}keys/{name}`);
  return (
    <>
      <PageHead title={t("transit.create")} crumbs={crumbsOf(mount)} />
      <Loaded of={schema}>{(found) => <Form mount={mount} schema={found} />}</Loaded>
    </>
  );
}

function choicesOf(schema: Schema, name: string): string[] {
  return (schema.properties?.[name]?.enum ?? []).map(String);
}

function Form({ mount, schema }: { mount: string; schema: Schema }) {
  const types = choicesOf(schema, "type");
  const curves = choicesOf(schema, "hybrid_key_type_ec");
  const [name, setName] = useState("");
  const [wanted, setWanted] = useState<Wanted>({ type: String(schema.properties?.["type"]?.default ?? types[0] ?? ""), set: "", ec: curves[0] ?? "", size: null, derived: false, convergent: false, exportable: false, backup: false, rotate: "" });
  const set = (changed: Partial<Wanted>) => setWanted({ ...wanted, ...changed });
  const traits = traitsOf(wanted.type);
  const navigate = useNavigate();
  const create = useChange(
    () => send("POST", keyPath(mount, name.trim()), { data: newKeyOf(wanted) }),
    () => {
      toast(t("transit.created", { name: name.trim() }));
      navigate(keyLink(mount, name.trim()));
    },
  );
  return (
    <SubmitForm onSubmit={() => create.mutate()}>
      <TextField label={t("transit.name")} value={name} onChange={setName} isRequired autoFocus code />
      <Select label={t("transit.type")} value={wanted.type} onChange={(type) => set({ type })} choices={types.map((id) => ({ id, label: id, description: textOr(`transit.about_${id}`, "") }))} />
      {traits.sets.length > 0 && <Select label={t("transit.parameter_set")} value={traits.sets.includes(wanted.set) ? wanted.set : (traits.sets[0] ?? "")} onChange={(each) => set({ set: each })} choices={traits.sets.map((id) => ({ id, label: id }))} />}
      {traits.hybrid && <Select label={t("transit.curve")} value={wanted.ec} onChange={(ec) => set({ ec })} choices={curves.map((id) => ({ id, label: id }))} />}
      {traits.sized && <NumberField label={t("transit.key_size")} description={t("transit.key_size_hint")} value={wanted.size} onChange={(size) => set({ size })} min={32} max={512} />}
      <TextField label={t("transit.auto_rotate")} description={t("transit.auto_rotate_hint")} value={wanted.rotate} onChange={(rotate) => set({ rotate })} placeholder="0" code />
      {traits.derives && <Checkbox label={t("transit.derived")} description={t("transit.derived_hint")} value={wanted.derived || (traits.converges && wanted.convergent)} isDisabled={traits.converges && wanted.convergent} onChange={(derived) => set({ derived })} />}
      {traits.converges && <Checkbox label={t("transit.convergent")} description={t("transit.convergent_hint")} value={wanted.convergent} onChange={(convergent) => set({ convergent })} />}
      <Checkbox label={t("transit.exportable")} description={t("transit.exportable_hint")} value={wanted.exportable || wanted.backup} isDisabled={wanted.backup} onChange={(exportable) => set({ exportable })} />
      <Checkbox label={t("transit.allow_backup")} description={t("transit.allow_backup_hint")} value={wanted.backup} onChange={(backup) => set({ backup })} />
      {create.error && <Failure error={create.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={create.isPending} isDisabled={name.trim() === ""} needs={`create ${keyPath(mount, name.trim() || "new")}`}>
          {t("common.create")}
        </Button>
        <LinkButton to={mountLink(mount)}>{t("common.cancel")}</LinkButton>
      </div>
    </SubmitForm>
  );
}
