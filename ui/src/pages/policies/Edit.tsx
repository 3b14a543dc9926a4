import { useState } from "react";
import type { Need } from "../../api/capabilities";
import { useMay } from "../../api/capabilities";
import { remove, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useDescription } from "../../api/openapi";
import { useReach } from "../../api/reach";
import { link, useNavigate, useParam } from "../../app/location";
import { useUnsaved } from "../../app/unsaved";
import { Button, LinkButton } from "../../components/Button";
import { CodeEditor } from "../../components/CodeEditor";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Removal } from "../../components/Removal";
import { SubmitForm } from "../../components/SubmitForm";
import { When } from "../../components/When";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { proposals } from "./completion";
import { Faults } from "./Faults";
import { useFaults } from "./lint";
import { policyLink } from "./Policies";

interface Policy {
  name: string;
  policy: string;
  /** Of one without a text, such as `root`, there is none. */
  version?: number;
  modified?: string;
  expiration?: string;
  cas_required?: boolean;
  allow_wildcards_in_identity_templates?: boolean;
  allow_slashes_in_identity_templates?: boolean;
}

/** What is written: the text, and what else holds of the policy, which a write without it would take away. */
function bodyOf(policy: Policy, text: string) {
  const { version, expiration, cas_required = false } = policy;
  const { allow_wildcards_in_identity_templates = false, allow_slashes_in_identity_templates = false } = policy;
  return { policy: text, ...(version !== undefined && { cas: version }), ...(expiration && { expiration }), cas_required, allow_wildcards_in_identity_templates, allow_slashes_in_identity_templates };
}

const EXAMPLE = 'path "secret/data/team/*" {\n  capabilities = ["create", "read", "update"]\n}\n';
/** What nobody may delete. */
const FIXED = ["root", "default"];

/** A policy, with what the server finds wrong with it. */
export default function Edit() {
  const name = useParam("name");
  const found = useRead<Policy>(`sys/policies/acl/${name}`, { enabled: name !== "" });
  if (name === "") return <Form key="" policy={{ name: "", policy: EXAMPLE, version: 0 }} />;
  return (
    <Loaded of={found} missing={<Missing name={name} />}>
      {(policy) => <Held key={policy.name} value={policy}>{(held) => <Form policy={held} />}</Held>}
    </Loaded>
  );
}

function Missing({ name }: { name: string }) {
  return (
    <>
      <PageHead title={name} crumbs={[{ text: t("policies.title"), to: "/policies" }]} />
      <Empty title={t("policies.missing", { name })} />
    </>
  );
}

function Form({ policy }: { policy: Policy }) {
  const [name, setName] = useState(policy.name);
  const [text, setText] = useState(policy.policy);
  const document = useDescription();
  const { faults, error } = useFaults(text);
  const navigate = useNavigate();
  const isNew = policy.name === "";
  const need: Need = `${isNew ? "create" : "update"} sys/policies/acl/${name || "new"}`;
  const mayWrite = useMay(need);
  const save = useChange(
    () => write(`sys/policies/acl/${name}`, bodyOf(policy, text)),
    () => {
      unsaved.forget();
      toast(t("policies.saved", { name }));
      if (isNew) navigate(policyLink(name.toLowerCase()), { replace: true });
    },
  );
  const unsaved = useUnsaved(text !== policy.policy);
  const isFixed = policy.name === "root";
  const canEdit = !isFixed && (isNew || mayWrite === true);
  return (
    <>
      <PageHead title={policy.name || t("policies.create")} crumbs={[{ text: t("policies.title"), to: "/policies" }]}>
        {!isNew && <Actions name={policy.name} />}
      </PageHead>
      {policy.modified && <Facts policy={policy} />}
      <SubmitForm className="stack" onSubmit={() => save.mutate(undefined)}>
        {isNew && <Name name={name} onChange={setName} isAllowed={mayWrite} />}
        {isFixed ? (
          <p className="notice">{t("policies.root")}</p>
        ) : (
          <CodeEditor key={String(canEdit)} label={t("policies.rules")} value={text} {...(canEdit && { onChange: setText })} language="hcl" faults={faults} complete={(before) => proposals(document.data, before)} />
        )}
        {canEdit && <Faults faults={faults} error={error} />}
        {save.error && <Failure error={save.error} />}
        {save.error?.errors.some((said) => said.includes("check-and-set")) && <p className="notice notice-warn">{t("policies.overtaken")}</p>}
        {canEdit && (
          <div className="row">
            <Button type="submit" look="primary" isPending={save.isPending} isDisabled={name.trim() === "" || faults.some(({ severity }) => severity === "error")} needs={need}>
              {t("common.save")}
            </Button>
            {text !== policy.policy && !isNew && <Button onPress={() => setText(policy.policy)}>{t("policies.revert")}</Button>}
          </div>
        )}
      </SubmitForm>
    </>
  );
}

function Facts({ policy }: { policy: Policy }) {
  return (
    <p className="row description">
      <span>{t("policies.version", { n: policy.version ?? 0 })}</span>
      <span>
        {t("policies.modified")} <When at={policy.modified} />
      </span>
      {policy.expiration && (
        <span>
          {t("policies.expires")} <When at={policy.expiration} />
        </span>
      )}
      {policy.cas_required && <span>{t("policies.cas_required")}</span>}
    </p>
  );
}

/** The name of a new policy, with what names the user's own policies let him take. */
function Name({ name, onChange, isAllowed }: { name: string; onChange: (name: string) => void; isAllowed: boolean | undefined }) {
  const names = useReach("create", "sys/policies/acl/").filter((each) => each !== "*");
  const hint = names.length > 0 ? t("policies.names", { names: names.join(", ") }) : t("policies.name_hint");
  const error = name !== "" && isAllowed === false ? t("policies.name_denied") : null;
  return <TextField label={t("policies.name")} description={hint} value={name} onChange={onChange} error={error} isRequired autoFocus code />;
}

function Actions({ name }: { name: string }) {
  const navigate = useNavigate();
  return (
    <>
      {name !== "root" && (
        <LinkButton to={link("/policies/simulate", { name })} needs={["update sys/policies/simulate", "sudo sys/policies/simulate"]}>
          {t("policies.simulate")}
        </LinkButton>
      )}
      {!FIXED.includes(name) && (
        <Removal
          title={t("policies.remove_title", { name })}
          needs={`delete sys/policies/acl/${name}`}
          act={() => remove(`sys/policies/acl/${name}`)}
          done={() => {
            toast(t("policies.removed", { name }));
            navigate("/policies");
          }}
        >
          <p>{t("policies.remove_text")}</p>
        </Removal>
      )}
    </>
  );
}
