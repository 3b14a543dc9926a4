import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { useReach } from "../../api/reach";
import { link } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { NameTable } from "../../components/NameTable";
import { OpenByName } from "../../components/OpenByName";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { t } from "../../texts";

export const policyLink = (name = "") => link("/policies/edit", { name });
export const passwordPolicyLink = (name = "") => link("/policies/password", { name });

/** The policies of the namespace, and those that say what passwords look like. */
export default function Policies() {
  const some = useReach("create", "sys/policies/acl/").length > 0;
  const any = useMay("create sys/policies/acl/new");
  return (
    <>
      <PageHead title={t("policies.title")} intro={t("policies.intro")}>
        <LinkButton to="/policies/simulate" needs={["update sys/policies/simulate", "sudo sys/policies/simulate"]}>
          {t("policies.simulate")}
        </LinkButton>
        {(some || any) && (
          <LinkButton to={policyLink()} look="primary">
            {t("policies.create")}
          </LinkButton>
        )}
      </PageHead>
      <PageTabs
        label={t("policies.title")}
        tabs={[
          { id: "acl", title: t("policies.title"), content: <Names path="sys/policies/acl" label={t("policies.title")} empty={t("policies.empty")} to={policyLink} /> },
          { id: "password", title: t("policies.password_policies"), content: <PasswordPolicies /> },
        ]}
      />
    </>
  );
}

function PasswordPolicies() {
  return (
    <>
      <div className="row">
        <p className="intro">{t("policies.password_intro")}</p>
        <LinkButton to={passwordPolicyLink()} needs="update sys/policies/password/new">
          {t("policies.create_password")}
        </LinkButton>
      </div>
      <Names path="sys/policies/password" label={t("policies.password_policies")} empty={t("policies.password_empty")} to={passwordPolicyLink} />
    </>
  );
}

/** Names of policies of either kind, and the way to one by its name. */
function Names({ path, label, empty, to }: { path: string; label: string; empty: string; to: (name: string) => string }) {
  const found = useList(path);
  const isDenied = found.error?.kind === "denied";
  return (
    <>
      {isDenied && found.error ? (
        <Failure error={found.error} />
      ) : (
        <Loaded of={found}>
          {({ keys }) => (
            <NameTable label={label} title={t("policies.name")} keys={keys} to={to} empty={<Empty title={empty} />} />
          )}
        </Loaded>
      )}
      {isDenied && <OpenByName label={t("policies.open")} description={t("policies.open_hint")} to={to} />}
    </>
  );
}
