import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { asApiError, type ApiError } from "../../api/errors";
import { useList, useRead } from "../../api/hooks";
import { useDescription } from "../../api/openapi";
import { useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { CodeEditor } from "../../components/CodeEditor";
import { Failure } from "../../components/Failure";
import { Checkbox, Choices, Suggested, TextArea } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Several } from "../../components/Several";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { proposals } from "./completion";
import { Faults } from "./Faults";
import { useFaults } from "./lint";
import { type CountedKind, typedRequests } from "./log";
import { policyLink } from "./Policies";
import { partsOf, readLog, simulate, type Simulated } from "./simulating";
import { Simulation } from "./Simulation";

/** What a changed policy would newly allow and newly deny, before it is written. */
export default function Simulate() {
  const name = useParam("name");
  const found = useRead<{ policy: string }>(`sys/policies/acl/${name}`, { enabled: name !== "" });
  return (
    <>
      <PageHead title={t("policies.simulate")} crumbs={[{ text: t("policies.title"), to: "/policies" }, ...(name ? [{ text: name, to: policyLink(name) }] : [])]} intro={t("policies.simulate_intro")} />
      {name === "" ? <Draft name="" policy="" /> : <Loaded of={found}>{({ policy }) => <Draft key={name} name={name} policy={policy} />}</Loaded>}
    </>
  );
}

function Draft({ name: given, policy }: { name: string; policy: string }) {
  const [name, setName] = useState(given);
  const [text, setText] = useState(policy);
  const [isDeleted, setIsDeleted] = useState(false);
  const names = useList("sys/policies/acl");
  const document = useDescription();
  const { faults, error } = useFaults(isDeleted ? "" : text);
  return (
    <>
      <section className="stack">
        {given === "" && <Suggested label={t("policies.name")} value={name} onChange={setName} choices={(names.data?.keys ?? []).map((id) => ({ id, label: id }))} isRequired />}
        <Checkbox label={t("policies.if_deleted")} value={isDeleted} onChange={setIsDeleted} />
        {!isDeleted && (
          <>
            <CodeEditor label={t("policies.draft")} value={text} onChange={setText} language="hcl" faults={faults} complete={(before) => proposals(document.data, before)} />
            <Faults faults={faults} error={error} />
          </>
        )}
      </section>
      <Requests name={name.trim()} draft={isDeleted ? null : text} />
    </>
  );
}

/** Puts a log or typed requests to the draft, with how far that is and the way to stop it. */
function useRun(name: string, draft: string | null) {
  const [share, setShare] = useState(0);
  const controller = useRef<AbortController | null>(null);
  const run = useMutation<Simulated, ApiError, File | CountedKind[] | null>({
    mutationFn: async (requests) => {
      controller.current = new AbortController();
      setShare(0);
      const { signal } = controller.current;
      try {
        if (!(requests instanceof File)) return { ...(await simulate(name, draft, [requests ?? []], setShare, signal)), unreadable: 0, leftOut: 0 };
        const counted = await readLog(requests, (read) => setShare(read / 2), signal);
        const found = await simulate(name, draft, partsOf(counted), (done) => setShare(0.5 + done / 2), signal);
        return { ...found, unreadable: counted.unreadable, leftOut: counted.leftOut };
      } catch (thrown) {
        throw asApiError(thrown);
      }
    },
  });
  return { run, share, stop: () => controller.current?.abort(), isStopped: controller.current?.signal.aborted === true };
}

type Source = "log" | "typed";

/** The requests that are put to the draft: those of a log, or some that are typed. */
function Requests({ name, draft }: { name: string; draft: string | null }) {
  const [source, setSource] = useState<Source>("log");
  const [file, setFile] = useState<File | null>(null);
  const [typed, setTyped] = useState("");
  const [policies, setPolicies] = useState<string[]>(["default", ...(name ? [name] : [])]);
  const rows = typedRequests(typed, policies);
  const { run, share, stop, isStopped } = useRun(name, draft);
  const isReady = name !== "" && (source === "log" ? file !== null : rows !== null && rows.length > 0);
  return (
    <>
      <SubmitForm onSubmit={() => run.mutate(source === "typed" ? (rows ?? []) : file)}>
        <Choices
          label={t("policies.requests")}
          value={source}
          onChange={(next) => setSource(next === "typed" ? "typed" : "log")}
          choices={[
            { id: "log", label: t("policies.from_log"), description: t("policies.from_log_hint") },
            { id: "typed", label: t("policies.from_typed"), description: t("policies.from_typed_hint") },
          ]}
        />
        {source === "log" ? (
          <LogFile onChange={setFile} />
        ) : (
          <>
            <TextArea label={t("policies.typed")} description={t("policies.typed_hint")} value={typed} onChange={setTyped} placeholder={"read secret/data/app"} error={rows ? null : t("policies.typed_fault")} code />
            <Several label={t("policies.typed_policies")} description={t("policies.typed_policies_hint")} value={policies} onChange={setPolicies} choices={[]} />
          </>
        )}
        <div className="row">
          <Button type="submit" look="primary" isPending={run.isPending} isDisabled={!isReady} needs={["update sys/policies/simulate", "sudo sys/policies/simulate"]}>
            {t("policies.run")}
          </Button>
          {run.isPending && <Button onPress={stop}>{t("policies.stop")}</Button>}
          {run.isPending && <progress value={share} max={1} aria-label={t("policies.progress")} />}
        </div>
        {run.error && (isStopped ? <p>{t("policies.stopped")}</p> : <Failure error={run.error} />)}
      </SubmitForm>
      {run.data && <Simulation found={run.data} />}
    </>
  );
}

function LogFile({ onChange }: { onChange: (file: File | null) => void }) {
  return (
    <label className="field">
      <span className="react-aria-Label">{t("policies.log")}</span>
      <input type="file" className="input" accept=".log,.json,.jsonl,.txt,.gz" onChange={(event) => onChange(event.currentTarget.files?.[0] ?? null)} />
      <span className="description">{t("policies.log_hint")}</span>
    </label>
  );
}
