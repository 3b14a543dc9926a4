import { t } from "../../texts";
import { staticLink } from "./paths";
import { RoleForm } from "./RoleForm";

/** The form of a static role, which takes a user over. */
export default function StaticEdit() {
  return (
    <RoleForm
      kind={{
        collection: "static-roles",
        createTitle: t("database.create_static"),
        intro: t("database.static_edit_intro"),
        tab: "static",
        link: staticLink,
        order: ["username", "rotation_period", "rotation_schedule", "rotation_window", "rotation_timezone"],
        leftOut: ["self_managed_password", "credential_type"],
        initial: () => ({ rotation_period: "24h" }),
      }}
    />
  );
}
