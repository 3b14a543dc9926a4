import { Anchor } from "../../components/Button";
import { t } from "../../texts";
import { policyLink } from "./Policies";

interface Rule {
  policy: string;
  path: string;
  capabilities: string[];
}

interface Outcome {
  operation: string;
  capability: string;
  path: string;
  mount: string;
  allowed: boolean;
  needs_sudo: boolean;
  reasons: string[];
  rules: (Rule & { wins?: boolean })[];
  decided_by: string;
  granted_by: string[];
}

/** What `sys/policies/explain` answers. */
export interface Explained {
  verdict: string;
  outcomes: Outcome[];
  policies: { name: string; namespace: string; in_force: boolean; from: { by: string; name?: string }[] }[];
}

/** Which rules were looked at, and which one decided. */
export function Explanation({ found }: { found: Explained }) {
  return (
    <section className="card stack" aria-live="polite">
      <h2>
        <span className={`badge ${found.verdict === "allowed" ? "badge-good" : "badge-danger"}`}>{found.verdict}</span>
      </h2>
      {found.outcomes.map((outcome) => (
        <div key={outcome.operation + outcome.path} className="stack">
          <p>
            <strong>{outcome.operation}</strong> <span className="code">{outcome.path}</span>
            {outcome.needs_sudo && <span className="badge badge-warn">sudo</span>}
          </p>
          <ul>
            {outcome.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
          {outcome.decided_by && <p>{t("policies.decided_by", { rule: outcome.decided_by })}</p>}
          {outcome.rules.length > 0 && (
            <ul>
              {outcome.rules.map((rule) => (
                <li key={rule.policy + rule.path}>
                  <Anchor to={policyLink(rule.policy)}>{rule.policy}</Anchor>: <span className="code">{rule.path}</span> {rule.capabilities.join(", ")}
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
      <p className="row">
        {t("policies.looked_at")}
        {found.policies.map(({ name, in_force }) => (
          <span key={name} className={in_force ? "badge" : "badge badge-warn"}>
            {name}
          </span>
        ))}
      </p>
    </section>
  );
}
