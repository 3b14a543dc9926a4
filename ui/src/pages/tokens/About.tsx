import { useMay } from "../../api/capabilities";
import { link } from "../../app/location";
import { Anchor } from "../../components/Button";
import { Facts } from "../../components/Facts";
import { duration } from "../../components/time";
import { When } from "../../components/When";
import { t } from "../../texts";
import type { TokenFacts } from "./token";
import "./tokens.css";

/** All that is known of a token; never the token itself. */
export function About({ token }: { token: TokenFacts }) {
  const policies = (names: readonly string[]) => (
    <ul className="row plain">
      {names.map((name) => (
        <li key={name}>
          <Policy name={name} />
        </li>
      ))}
    </ul>
  );
  const yes = (is: boolean) => t(is ? "common.yes" : "common.no");
  const issued = token.issue_time ?? new Date(token.creation_time * 1000).toISOString();
  return (
    <Facts
      rows={[
        [t("tokens.display_name"), token.display_name],
        [t("tokens.accessor"), token.accessor && <span className="code">{token.accessor}</span>],
        [t("tokens.policies"), token.policies.length > 0 && policies(token.policies)],
        [t("tokens.identity_policies"), token.identity_policies && token.identity_policies.length > 0 && policies(token.identity_policies)],
        [t("tokens.path"), <span key="path" className="code">{token.path}</span>],
        [t("tokens.role"), token.role],
        [t("tokens.namespace"), token.namespace_path],
        [t("tokens.entity"), token.entity_id && <span className="code">{token.entity_id}</span>],
        [t("tokens.type"), token.type],
        [t("tokens.orphan"), yes(token.orphan)],
        [t("tokens.issued"), <When key="issued" at={issued} />],
        [t("tokens.expires"), <When key="expires" at={token.expire_time} never={t("tokens.never")} />],
        [t("tokens.renewed_last"), token.last_renewal && <When at={token.last_renewal} />],
        [t("tokens.renewable"), token.renewable !== undefined && yes(token.renewable)],
        [t("tokens.period"), token.period ? duration(token.period) : ""],
        [t("tokens.explicit_max_ttl"), token.explicit_max_ttl > 0 && duration(token.explicit_max_ttl)],
        [t("tokens.uses_left"), token.num_uses > 0 && String(token.num_uses)],
        [t("tokens.bound_cidrs"), token.bound_cidrs?.join(", ")],
        [t("tokens.meta"), token.meta && Object.entries(token.meta).map(([name, text]) => `${name}=${text}`).join(", ")],
      ]}
    />
  );
}

/** A policy's name, with a link for who may read it. */
function Policy({ name }: { name: string }) {
  const may = useMay(`read sys/policies/acl/${name}`);
  return may ? <Anchor to={link("/policies/edit", { name })}>{name}</Anchor> : name;
}
