import { Prose } from "../../components/Prose";
import { t } from "../../texts";
import { roleLink } from "./paths";
import { EXAMPLE_STATEMENTS } from "./plugins";
import { RoleForm } from "./RoleForm";

/** The form of a role by which users are made. */
export default function RoleEdit() {
  return (
    <RoleForm
      kind={{
        collection: "roles",
        createTitle: t("database.create_role"),
        intro: <Prose text={t("database.statements_intro")} />,
        tab: "",
        link: roleLink,
        order: ["creation_statements", "default_ttl", "max_ttl", "revocation_statements", "max_leases"],
        leftOut: [],
        initial: (family) => ({ creation_statements: EXAMPLE_STATEMENTS[family] }),
      }}
    />
  );
}
