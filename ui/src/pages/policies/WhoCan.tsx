import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { link, useNavigate, useShown } from "../../app/location";
import { Anchor, Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Select, TextField } from "../../components/Field";
import { Empty } from "../../components/Loaded";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { entityLink, groupLink } from "../identity/links";
import { OPERATIONS } from "./ask";
import { policyLink } from "./Policies";

interface Holder {
  kind: "policy" | "role" | "group" | "entity" | "token";
  /** Of an entity and a group its name, of a token its accessor. */
  name: string;
  id?: string;
  display_name?: string;
  entity_id?: string;
  mount?: string;
  of?: string;
  operations: string[];
  policies: string[];
  conditions?: string[];
  depends_on?: string[];
}

interface Answer {
  everybody: boolean;
  found: Holder[];
  after: string;
}

const KINDS = ["policy", "role", "group", "entity", "token"] as const;

/** Everybody and everything that may do something.  The server looks at so many rows a request; this goes on until somebody is found. */
export function WhoCan() {
  const shown = useShown();
  const [path, setPath] = useState(shown.get("path") ?? "");
  const [operation, setOperation] = useState(shown.get("operation") ?? "read");
  const [kind, setKind] = useState(shown.get("kind") ?? "all");
  const [found, setFound] = useState<Holder[]>([]);
  const navigate = useNavigate();
  const ask = useMutation<Answer, ApiError, string>({
    mutationFn: (after) => search({ path: path.trim(), operation, ...(kind !== "all" && { kinds: [kind] }) }, after),
    onSuccess: (answer, after) => setFound(after ? [...found, ...answer.found] : answer.found),
  });
  return (
    <>
      <SubmitForm
        onSubmit={() => {
          navigate(link("/policies/why", { tab: "who", path: path.trim(), operation, kind: kind === "all" ? "" : kind }), { replace: true });
          ask.mutate("");
        }}
      >
        <TextField label={t("me.path")} description={t("policies.path_hint")} value={path} onChange={setPath} placeholder="secret/data/app" isRequired code />
        <div className="grid">
          <Select label={t("policies.operation")} value={operation} onChange={setOperation} choices={OPERATIONS.map((id) => ({ id, label: id }))} />
          <Select label={t("policies.kind")} value={kind} onChange={setKind} choices={[{ id: "all", label: t("policies.kind_all") }, ...KINDS.map((id) => ({ id, label: t(`policies.kind_${id}`) }))]} />
        </div>
        <div className="row">
          <Button type="submit" look="primary" isPending={ask.isPending} isDisabled={path.trim() === ""} needs={["update sys/policies/who-can", "sudo sys/policies/who-can"]}>
            {t("policies.who_can")}
          </Button>
        </div>
      </SubmitForm>
      {ask.error && <Failure error={ask.error} />}
      {ask.data?.everybody && <p className="notice notice-warn">{t("policies.everybody")}</p>}
      {ask.data && <Holders found={found} isAll={ask.data.after === ""} />}
      {ask.data && ask.data.after !== "" && (
        <Button onPress={() => ask.mutate(ask.data.after)} isPending={ask.isPending}>
          {t("policies.look_on")}
        </Button>
      )}
    </>
  );
}

const MOST_REQUESTS = 20;

async function search(asked: Record<string, unknown>, from: string): Promise<Answer> {
  let after = from;
  for (let turn = 1; ; turn++) {
    const answer = await write<Answer>("sys/policies/who-can", { ...asked, ...(after && { after }) });
    if (answer.found.length > 0 || answer.after === "" || turn === MOST_REQUESTS) return answer;
    after = answer.after;
  }
}

function Holders({ found, isAll }: { found: readonly Holder[]; isAll: boolean }) {
  return (
    <DataTable
      label={t("policies.who_can")}
      rows={found}
      idOf={({ kind, name, mount, id }) => [kind, name, mount, id].join(" ")}
      textOf={({ kind, name, display_name, mount }) => [kind, name, display_name, mount].join(" ")}
      columns={[
        { id: "name", title: t("policies.name"), order: ({ name }) => name, cell: (holder) => <Name holder={holder} /> },
        { id: "kind", title: t("policies.kind"), order: ({ kind }) => kind, cell: ({ kind, of }) => <span className="badge">{of ?? t(`policies.kind_${kind}`)}</span> },
        { id: "policies", title: t("me.policies"), cell: ({ policies }) => policies.join(", "), secondary: true },
        { id: "conditions", title: t("policies.conditions"), cell: (holder) => conditionsOf(holder) },
      ]}
      empty={<Empty title={t(isAll ? "policies.nobody" : "policies.nobody_yet")} />}
    />
  );
}

function Name({ holder: { kind, name, id, display_name, entity_id, mount } }: { holder: Holder }) {
  if (kind === "policy") return <Anchor to={policyLink(name)}>{name}</Anchor>;
  if (kind === "entity") return <Anchor to={entityLink(id ?? "", name)}>{name}</Anchor>;
  if (kind === "group") return <Anchor to={groupLink(id ?? "", name)}>{name}</Anchor>;
  if (kind === "role") return `${mount ?? ""}${name}`;
  return (
    <span>
      {display_name}{" "}
      <Anchor to={link("/tokens/token", { accessor: name })}>
        <span className="code">{name}</span>
      </Anchor>{" "}
      {entity_id && <Anchor to={entityLink(entity_id)}>{t("policies.its_entity")}</Anchor>}
    </span>
  );
}

function conditionsOf({ conditions = [], depends_on = [] }: Holder): string {
  return [...conditions.map((each) => t("policies.with", { what: each })), ...depends_on.map((each) => t("policies.depending", { what: each }))].join(", ");
}
