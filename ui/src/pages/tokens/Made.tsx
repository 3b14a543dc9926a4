import type { Auth, Envelope } from "../../api/client";
import { Anchor, Button } from "../../components/Button";
import { Facts } from "../../components/Facts";
import { Once } from "../../components/Once";
import { Secret } from "../../components/Secret";
import { duration } from "../../components/time";
import { useMay } from "../../api/capabilities";
import { t } from "../../texts";
import { Warnings } from "../../components/Warnings";
import { tokenLink } from "./token";

/** A token that was made, shown once. */
export function Made({ answer, onClose }: { answer: Envelope<null> & { auth: Auth | null }; onClose: () => void }) {
  return (
    <section className="card stack" aria-label={t("tokens.made")} role="status">
      <h2>{t("tokens.made")}</h2>
      <Warnings of={answer.warnings} />
      {answer.auth && <Token auth={answer.auth} />}
      {answer.wrap_info && (
        <>
          <p>{t("tokens.made_wrapped", { time: duration(answer.wrap_info.ttl) })}</p>
          <Once>{t("tokens.made_once")}</Once>
          <Secret value={answer.wrap_info.token} name={t("tokens.wrapping_token")} />
        </>
      )}
      <div className="row">
        <Button onPress={onClose}>{t("tokens.put_away")}</Button>
      </div>
    </section>
  );
}

function Token({ auth }: { auth: Auth }) {
  const may = useMay("update auth/token/lookup-accessor");
  const accessor = auth.accessor && (may ? <Anchor to={tokenLink(auth.accessor)}>{auth.accessor}</Anchor> : auth.accessor);
  return (
    <>
      <Once>{t("tokens.made_once")}</Once>
      <Secret value={auth.client_token} name={t("tokens.token")} />
      <Facts
        rows={[
          [t("tokens.accessor"), accessor && <span className="code">{accessor}</span>],
          [t("tokens.policies"), auth.policies?.join(", ")],
          [t("tokens.ttl"), auth.lease_duration > 0 ? duration(auth.lease_duration) : t("tokens.never_ends")],
          [t("tokens.type"), auth.token_type],
        ]}
      />
    </>
  );
}
