import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { read, remove, write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useChange, useRead } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { useUnsaved } from "../../app/unsaved";
import { Button } from "../../components/Button";
import { CodeEditor } from "../../components/CodeEditor";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Removal } from "../../components/Removal";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { passwordPolicyLink } from "./Policies";

const EXAMPLE = `length = 24

rule "charset" {
  charset   = "abcdefghijklmnopqrstuvwxyz"
  min-chars = 1
}
rule "charset" {
  charset   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  min-chars = 1
}
rule "charset" {
  charset   = "0123456789"
  min-chars = 1
}
`;

const LIST = link("/policies", { tab: "password" });

/** What passwords that engines make look like. */
export default function Password() {
  const name = useParam("name");
  const found = useRead<{ policy: string }>(`sys/policies/password/${name}`, { enabled: name !== "" });
  if (name === "") return <Form key="" name="" policy={EXAMPLE} />;
  return (
    <Loaded of={found} missing={<Empty title={t("policies.missing", { name })} />}>
      {({ policy }) => <Held key={name} value={policy}>{(held) => <Form name={name} policy={held} />}</Held>}
    </Loaded>
  );
}

function Form({ name: given, policy }: { name: string; policy: string }) {
  const [name, setName] = useState(given);
  const [text, setText] = useState(policy);
  const navigate = useNavigate();
  const path = `sys/policies/password/${name || "new"}`;
  const mayWrite = useMay(`update ${path}`);
  const canEdit = given === "" || mayWrite === true;
  const save = useChange(
    () => write(path, { policy: text }),
    () => {
      unsaved.forget();
      toast(t("policies.password_saved", { name }));
      if (given === "") navigate(passwordPolicyLink(name), { replace: true });
    },
  );
  const unsaved = useUnsaved(text !== policy);
  return (
    <>
      <PageHead title={given || t("policies.create_password")} crumbs={[{ text: t("policies.password_policies"), to: LIST }]}>
        {given && <Delete name={given} />}
      </PageHead>
      <SubmitForm className="stack" onSubmit={() => save.mutate(undefined)}>
        {given === "" && <TextField label={t("policies.name")} value={name} onChange={setName} isRequired autoFocus code />}
        <CodeEditor key={String(canEdit)} label={t("policies.rules")} value={text} {...(canEdit && { onChange: setText })} language="hcl" complete={proposals} />
        <p className="description">{t("policies.password_hint")}</p>
        {save.error && <Failure error={save.error} />}
        {canEdit && (
          <div className="row">
            <Button type="submit" look="primary" isPending={save.isPending} isDisabled={name.trim() === ""} needs={`update ${path}`}>
              {t("common.save")}
            </Button>
          </div>
        )}
      </SubmitForm>
      {given && <Sample name={given} isChanged={text !== policy} />}
    </>
  );
}

function proposals(before: string): string[] {
  return /^\s*[\w-]*$/.test(before) ? ["length", "rule", "charset", "min-chars"] : [];
}

function Delete({ name }: { name: string }) {
  const navigate = useNavigate();
  const done = () => {
    toast(t("policies.removed", { name }));
    navigate(LIST);
  };
  return (
    <Removal title={t("policies.remove_title", { name })} needs={`delete sys/policies/password/${name}`} act={() => remove(`sys/policies/password/${name}`)} done={done}>
      <p>{t("policies.password_remove_text")}</p>
    </Removal>
  );
}

/** A password as engines would get it; this one is used for nothing. */
function Sample({ name, isChanged }: { name: string; isChanged: boolean }) {
  const path = `sys/policies/password/${name}/generate`;
  const made = useMutation<{ password: string }, ApiError, void>({ mutationFn: () => read<{ password: string }>(path) });
  const may = useMay(`read ${path}`);
  if (!may) return null;
  return (
    <section className="card stack">
      <h2>{t("policies.sample")}</h2>
      <p className="description">{t(isChanged ? "policies.sample_saved" : "policies.sample_hint")}</p>
      {made.data && (
        <output className="code" aria-label={t("policies.sample")}>
          {made.data.password}
        </output>
      )}
      {made.error && <Failure error={made.error} />}
      <div className="row">
        <Button onPress={() => made.mutate()} isPending={made.isPending} needs={`read ${path}`}>
          {t("policies.generate")}
        </Button>
      </div>
    </section>
  );
}
