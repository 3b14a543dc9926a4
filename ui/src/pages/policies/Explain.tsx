import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { link, useNavigate, useShown } from "../../app/location";
import { Button } from "../../components/Button";
import { Select, TextArea, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { ABOUT, type About, type Asked, objectOf, OPERATIONS, useExplained } from "./ask";
import { Explanation } from "./Explanation";

const NO_OTHERS: readonly About[] = ["self"];

/** Asks why a request is allowed or denied.  What is asked is in the address, but for a token. */
export function Explain() {
  const shown = useShown();
  const [asked, setAsked] = useState<Asked | null>(() => askedIn(shown));
  const found = useExplained(asked);
  const navigate = useNavigate();
  const ask = (next: Asked) => {
    setAsked(next);
    const { path, operation, about, whose } = next;
    const isSecret = about === "token";
    navigate(link("/policies/why", { path, operation, about: isSecret ? "" : about, whose: isSecret ? "" : whose }), { replace: true });
    if (asked && JSON.stringify(asked) === JSON.stringify(next)) void found.refetch();
  };
  return (
    <>
      <Question asked={asked} onAsk={ask} isPending={found.isFetching} />
      {asked && <Loaded of={found}>{(answer) => <Explanation found={answer} />}</Loaded>}
    </>
  );
}

function askedIn(shown: URLSearchParams): Asked | null {
  const path = shown.get("path") ?? "";
  if (path === "") return null;
  const about = ABOUT.find((each) => each === shown.get("about")) ?? "self";
  const whose = shown.get("whose") ?? "";
  if (about !== "self" && whose === "") return null;
  return { path, operation: shown.get("operation") ?? "read", about, whose, parameters: {}, wrapTtl: "" };
}

function Question({ asked, onAsk, isPending }: { asked: Asked | null; onAsk: (asked: Asked) => void; isPending: boolean }) {
  const [path, setPath] = useState(asked?.path ?? "");
  const [operation, setOperation] = useState(asked?.operation ?? "read");
  const [about, setAbout] = useState<About>(asked?.about ?? "self");
  const [whose, setWhose] = useState(asked?.whose ?? "");
  const [parameters, setParameters] = useState("");
  const [wrapTtl, setWrapTtl] = useState("");
  const others = useMay("update sys/policies/explain");
  const given = objectOf(parameters);
  const isComplete = path.trim() !== "" && given !== null && (about === "self" || whose.trim() !== "");
  return (
    <SubmitForm
      onSubmit={() => {
        if (isComplete) onAsk({ path: path.trim().replace(/^\/?(v1\/)?/, ""), operation, about, whose: whose.trim(), parameters: given, wrapTtl: wrapTtl.trim() });
        if (about === "token") setWhose("");
      }}
    >
      <TextField label={t("me.path")} description={t("policies.path_hint")} value={path} onChange={setPath} placeholder="secret/data/app" isRequired code />
      <div className="grid">
        <Select label={t("policies.operation")} value={operation} onChange={setOperation} choices={OPERATIONS.map((id) => ({ id, label: id }))} />
        <Select label={t("policies.about")} value={about} onChange={(next) => setAbout(ABOUT.find((each) => each === next) ?? "self")} choices={(others ? ABOUT : NO_OTHERS).map((id) => ({ id, label: t(`policies.about_${id}`) }))} />
      </div>
      {about !== "self" && <TextField label={t(`policies.about_${about}`)} type={about === "token" ? "password" : "text"} value={whose} onChange={setWhose} isRequired code />}
      <details>
        <summary>{t("policies.with_body")}</summary>
        <div className="stack">
          <TextArea label={t("policies.parameters")} description={t("policies.parameters_hint")} value={parameters} onChange={setParameters} error={given ? null : t("policies.no_object")} code />
          <TextField label={t("policies.wrap_ttl")} description={t("policies.wrap_ttl_hint")} value={wrapTtl} onChange={setWrapTtl} code />
        </div>
      </details>
      <div className="row">
        <Button type="submit" look="primary" isPending={isPending} isDisabled={!isComplete} needs={about === "self" ? "update sys/policies/explain-self" : "update sys/policies/explain"}>
          {t("policies.explain")}
        </Button>
      </div>
    </SubmitForm>
  );
}
