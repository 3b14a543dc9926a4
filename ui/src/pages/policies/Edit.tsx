import { useState } from "react";
import type { Need } from "../../api/capabilities";
import { remove, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useDescription } from "../../api/openapi";
import { useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { CodeEditor } from "../../components/CodeEditor";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { proposals } from "./completion";
import { useFaults } from "./lint";
import { policyLink } from "./Policies";

interface Policy {
  name: string;
  policy: string;
  version: number;
}

const EXAMPLE = 'path "secret/data/team/*" {\n  capabilities = ["create", "read", "update"]\n}\n';

/** A policy, with what the server finds wrong with it. */
export default function Edit() {
  const name = useParam("name");
  const found = useRead<Policy>(`sys/policies/acl/${name}`, { enabled: name !== "" });
  if (name === "") return <Form policy={{ name: "", policy: EXAMPLE, version: 0 }} />;
  return <Loaded of={found}>{(policy) => <Form key={policy.version} policy={policy} />}</Loaded>;
}

function Form({ policy }: { policy: Policy }) {
  const [name, setName] = useState(policy.name);
  const [text, setText] = useState(policy.policy);
  const document = useDescription();
  const faults = useFaults(text);
  const navigate = useNavigate();
  const save = useChange(
    () => write(`sys/policies/acl/${name}`, { policy: text, cas: policy.version }),
    () => {
      toast(t("policies.saved", { name }));
      navigate(policyLink(name), { replace: true });
    },
  );
  const isFixed = policy.name === "root";
  return (
    <>
      <PageHead title={policy.name || t("policies.create")} crumbs={[{ text: t("policies.title"), to: "/policies" }]}>
        {policy.name && <LinkButton to={`/policies/simulate?name=${encodeURIComponent(policy.name)}`} needs="update sys/policies/simulate">{t("policies.simulate")}</LinkButton>}
        {policy.name && !isFixed && policy.name !== "default" && <Remove name={policy.name} />}
      </PageHead>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(undefined);
        }}
      >
        {policy.name === "" && <TextField label={t("policies.name")} value={name} onChange={setName} isRequired autoFocus code />}
        {isFixed ? <p className="notice">{t("policies.root")}</p> : <CodeEditor label={t("policies.rules")} value={text} onChange={setText} language="hcl" faults={faults} complete={(before) => proposals(document.data, before)} />}
        {faults.length > 0 && (
          <ul className="notice notice-warn stack" aria-label={t("policies.faults")}>
            {faults.map(({ line, text: said }) => (
              <li key={`${line} ${said}`}>{t("policies.fault", { line, text: said })}</li>
            ))}
          </ul>
        )}
        {save.error && <Failure error={save.error} />}
        {!isFixed && (
          <div className="row">
            <Button type="submit" look="primary" isPending={save.isPending} isDisabled={name === "" || faults.some(({ severity }) => severity === "error")} needs={`${policy.version ? "update" : "create"} sys/policies/acl/${name || "new"}` as Need}>
              {t("common.save")}
            </Button>
          </div>
        )}
      </form>
    </>
  );
}

function Remove({ name }: { name: string }) {
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
  const act = useChange(
    () => remove(`sys/policies/acl/${name}`),
    () => {
      toast(t("policies.removed", { name }));
      setOpen(false);
      navigate("/policies");
    },
  );
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={`delete sys/policies/acl/${name}`}>
        {t("common.delete")}
      </Button>
      {open && (
        <Confirm title={t("policies.remove_title", { name })} isOpen onClose={() => setOpen(false)} action={t("common.delete")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error}>
          <p>{t("policies.remove_text")}</p>
        </Confirm>
      )}
    </>
  );
}
