import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Select, TextField } from "../../components/Field";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { Explanation, type Explained } from "./Explanation";
import { WhoCan } from "./WhoCan";

export const OPERATIONS = ["read", "create", "update", "patch", "delete", "list", "scan"] as const;

type About = "self" | "token" | "accessor" | "entity_name" | "policies";

/** Why something is allowed or denied, and to whom it is allowed. */
export default function Why() {
  const [path, setPath] = useState("");
  const [operation, setOperation] = useState<string>("read");
  const [about, setAbout] = useState<About>("self");
  const [whose, setWhose] = useState("");
  const others = useMay("update sys/policies/explain");
  const explain = useChange(() => {
    const asked = { path: path.trim(), operation };
    if (about === "self") return write<Explained>("sys/policies/explain-self", asked);
    const named = about === "policies" ? whose.split(/[\s,]+/).filter(Boolean) : whose.trim();
    return write<Explained>("sys/policies/explain", { ...asked, [about]: named });
  });
  const choices: About[] = others ? ["self", "entity_name", "policies", "accessor", "token"] : ["self"];
  return (
    <>
      <PageHead title={t("policies.why")} intro={t("policies.why_intro")} />
      <form
        className="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          explain.mutate(undefined);
        }}
      >
        <TextField label={t("me.path")} value={path} onChange={setPath} placeholder="secret/data/app" isRequired code />
        <Select label={t("policies.operation")} value={operation} onChange={setOperation} choices={OPERATIONS.map((id) => ({ id, label: id }))} />
        <Select label={t("policies.about")} value={about} onChange={(next) => setAbout(next as About)} choices={choices.map((id) => ({ id, label: t(`policies.about_${id}`) }))} />
        {about !== "self" && <TextField label={t(`policies.about_${about}`)} type={about === "token" ? "password" : "text"} value={whose} onChange={setWhose} isRequired code />}
        {explain.error && <Failure error={explain.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={explain.isPending} isDisabled={path.trim() === ""} needs={about === "self" ? "update sys/policies/explain-self" : "update sys/policies/explain"}>
            {t("policies.explain")}
          </Button>
        </div>
      </form>
      {explain.data && <Explanation found={explain.data} />}
      <WhoCan path={path.trim()} operation={operation} />
    </>
  );
}
