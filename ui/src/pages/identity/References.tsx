import { Anchor } from "../../components/Button";
import { t } from "../../texts";
import { policyLink } from "../policies/Policies";
import { groupLink } from "./links";
import { nameIn, useGroupChoices } from "./names";

/** Names of policies, each the way to it. */
export function Policies({ names }: { names: readonly string[] | null }) {
  if (!names?.length) return t("common.none");
  return (
    <span className="row">
      {names.map((name) => (
        <Anchor key={name} to={policyLink(name)}>
          {name}
        </Anchor>
      ))}
    </span>
  );
}

/** Groups by their names, each the way to it. */
export function Groups({ ids }: { ids: readonly string[] | null }) {
  const choices = useGroupChoices();
  if (!ids?.length) return t("common.none");
  return (
    <span className="row">
      {ids.map((id) => (
        <Anchor key={id} to={groupLink(id)}>
          {nameIn(choices, id)}
        </Anchor>
      ))}
    </span>
  );
}
