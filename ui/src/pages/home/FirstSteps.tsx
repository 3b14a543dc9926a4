import { type Need, useMay } from "../../api/capabilities";
import { LinkButton } from "../../components/Button";
import { t } from "../../texts";
import { editLink } from "../kv/store";
import { enableLink, mountNeeds } from "../mounts/table";
import { useMyMounts } from "../secrets/myMounts";
import { type MyStore, storesIn } from "./stores";

/** The ways into the product, each for who may go it. */
export function FirstSteps() {
  const mounts = useMyMounts();
  const stores = storesIn(mounts.data ?? {});
  return (
    <section className="stack">
      <h2>{t("home.steps")}</h2>
      <div className="grid">
        <FirstStore stores={stores.slice(0, MOST)} />
        <Step title={t("home.step_engine")} text={t("home.step_engine_text")} to={enableLink("secret")} needs={mountNeeds("update", "secret")} />
        <Step title={t("home.step_auth")} text={t("home.step_auth_text")} to={enableLink("auth")} needs={mountNeeds("update", "auth")} />
        <Step title={t("home.step_policy")} text={t("home.step_policy_text")} to="/policies/edit" needs="create sys/policies/acl/new" />
        <Step title={t("home.step_share")} text={t("home.step_share_text")} to="/tools" needs="update sys/wrapping/wrap" />
      </div>
    </section>
  );
}

/** Among so many stores one is looked for that the user may write to. */
const MOST = 20;

/** The first of some stores that the user may write to. */
function FirstStore({ stores }: { stores: readonly MyStore[] }) {
  const may = useMay(stores[0]?.need);
  const [first, ...others] = stores;
  if (!first || may === undefined) return null;
  if (!may) return <FirstStore stores={others} />;
  const text = t(first.ends ? "home.step_secret_ends" : first.versioned ? "home.step_secret_text" : "home.step_secret_plain", { mount: first.mount });
  return <Step title={t("home.step_secret")} text={text} to={editLink(first)} needs={first.need} />;
}

function Step({ title, text, to, needs }: { title: string; text: string; to: string; needs: Need | readonly Need[] }) {
  const wanted = typeof needs === "string" ? [needs] : needs;
  if (!useMay(...wanted)) return null;
  return (
    <div className="card stack">
      <p>{text}</p>
      <div className="row">
        <LinkButton to={to} needs={needs}>
          {title}
        </LinkButton>
      </div>
    </div>
  );
}
