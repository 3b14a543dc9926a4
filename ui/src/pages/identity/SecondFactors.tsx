import { Anchor } from "../../components/Button";
import { useList } from "../../api/hooks";
import { useMay } from "../../api/capabilities";
import { Empty, Loaded } from "../../components/Loaded";
import { link } from "../../app/location";
import { t } from "../../texts";
import { Enrol } from "./mfa/Enrol";
import type { Method } from "./mfa/records";
import type { Entity } from "./records";

/** The secrets of an entity for authenticator apps: made for it, or taken away when the phone is lost. */
export function SecondFactors({ entity }: { entity: Entity }) {
  const may = useMay("list identity/mfa/method");
  const found = useList<Method>("identity/mfa/method", { enabled: may === true });
  if (may === false) return <p className="notice">{t("identity.factors_denied")}</p>;
  return (
    <>
      <p className="intro">{t("identity.factors_intro")}</p>
      <Loaded of={found}>
        {({ keys, key_info }) => {
          const methods = keys.map((id) => key_info[id]).filter((method): method is Method => method?.type === "totp");
          if (methods.length === 0) return <Empty title={t("identity.no_factors")} />;
          return methods.map((method) => (
            <section key={method.id} className="card stack">
              <h2>
                <Anchor to={link("/mfa/method", { type: "totp", id: method.id })}>{method.name || method.id}</Anchor>
              </h2>
              <Enrol method={method} entity={entity} />
            </section>
          ));
        }}
      </Loaded>
    </>
  );
}
