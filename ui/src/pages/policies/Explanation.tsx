import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { t, textOr } from "../../texts";
import { policyLink } from "./Policies";

interface Rule {
  policy: string;
  namespace: string;
  rule: string;
  line: number;
  capabilities: string[];
  standing: string;
  why: string;
}

interface Outcome {
  operation: string;
  path: string;
  mount: string;
  allowed: boolean;
  needs_sudo: boolean;
  reasons: string[];
  rules: Rule[];
  left_out: number;
  other_paths: string[];
}

interface PolicyFound {
  name: string;
  namespace: string;
  in_force: boolean;
  from: { by: string; names?: string[] }[];
}

/** What `sys/policies/explain` answers. */
export interface Explained {
  verdict: string;
  namespace: string;
  outcomes: Outcome[];
  policies: PolicyFound[];
}

/** Which rules were looked at, which one decided, and from where the policies are. */
export function Explanation({ found }: { found: Explained }) {
  return (
    <section className="card stack" aria-live="polite">
      <h2>
        <Verdict allowed={found.verdict === "allowed"} text={found.verdict} />
      </h2>
      {found.outcomes.map((outcome) => (
        <OutcomeShown key={outcome.operation + outcome.path} outcome={outcome} />
      ))}
      <PoliciesFound policies={found.policies} />
    </section>
  );
}

function Verdict({ allowed, text }: { allowed: boolean; text: string }) {
  return <span className={`badge ${allowed ? "badge-good" : "badge-danger"}`}>{text}</span>;
}

function OutcomeShown({ outcome }: { outcome: Outcome }) {
  return (
    <div className="stack">
      <p className="row">
        <strong>{outcome.operation}</strong>
        <span className="code">{outcome.path}</span>
        <Verdict allowed={outcome.allowed} text={t(outcome.allowed ? "policies.allowed" : "policies.denied")} />
        {outcome.needs_sudo && <span className="badge badge-warn">sudo</span>}
      </p>
      {outcome.reasons.length > 0 && (
        <ul aria-label={t("policies.reasons")}>
          {outcome.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {outcome.rules.length > 0 && (
        <DataTable
          label={t("policies.rules_of", { operation: outcome.operation })}
          rows={outcome.rules}
          idOf={({ policy, namespace, line, rule }) => `${namespace} ${policy} ${line} ${rule}`}
          columns={[
            { id: "rule", title: t("policies.rule"), cell: ({ rule }) => <span className="code">{rule}</span> },
            { id: "policy", title: t("policies.edit"), cell: (rule) => <RulePlace rule={rule} /> },
            { id: "capabilities", title: t("policies.capabilities"), cell: ({ capabilities }) => capabilities.join(", "), secondary: true },
            { id: "standing", title: t("policies.standing"), cell: (rule) => <Standing rule={rule} /> },
          ]}
          empty={null}
        />
      )}
      {outcome.left_out > 0 && <p className="description">{t("policies.left_out", { n: outcome.left_out })}</p>}
      {outcome.other_paths.length > 0 && <p>{t("policies.other_paths", { paths: outcome.other_paths.join(", ") })}</p>}
    </div>
  );
}

function RulePlace({ rule }: { rule: Rule }) {
  return (
    <span>
      <Anchor to={policyLink(rule.policy)}>{rule.policy}</Anchor> {t("policies.line", { n: rule.line })}
      {rule.namespace && <span className="description">{rule.namespace}</span>}
    </span>
  );
}

function Standing({ rule }: { rule: Rule }) {
  const look = rule.standing === "decides" ? "badge badge-good" : "badge";
  return (
    <span>
      <span className={look}>{rule.standing}</span>
      {rule.why && <span className="description">{rule.why}</span>}
    </span>
  );
}

function PoliciesFound({ policies }: { policies: readonly PolicyFound[] }) {
  if (policies.length === 0) return <p>{t("policies.none_looked_at")}</p>;
  return (
    <div className="stack">
      <h3>{t("policies.looked_at")}</h3>
      <DataTable
        label={t("policies.looked_at")}
        rows={policies}
        idOf={({ name, namespace }) => `${namespace} ${name}`}
        columns={[
          { id: "name", title: t("policies.name"), cell: ({ name }) => <Anchor to={policyLink(name)}>{name}</Anchor> },
          { id: "from", title: t("policies.from"), cell: ({ from }) => from.map(origin).join("; ") },
          { id: "force", title: t("policies.in_force"), cell: ({ in_force }) => (in_force ? t("common.yes") : <span className="badge badge-warn">{t("policies.not_in_force")}</span>) },
        ]}
        empty={null}
      />
    </div>
  );
}

/** From where a token has a policy: its own, its entity's, or that of groups, with those on the way. */
function origin({ by, names = [] }: { by: string; names?: string[] }): string {
  return [textOr(`policies.by_${by}`, by), names.join(" → ")].filter(Boolean).join(" ");
}
