import { useEffect, useState } from "react";
import { asApiError, type ApiError } from "../../api/errors";
import { session } from "../../api/session";
import { ownerOf } from "../../api/user";
import { useNavigate } from "../../app/location";
import { Anchor } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loaded";
import { Title } from "../../components/Title";
import { t } from "../../texts";
import type { Outcome } from "./log_in";
import { OIDC } from "./methods";
import { arrive, type Arrival } from "./oidc";
import type { Pending } from "./returned";
import { SecondFactor } from "./SecondFactor";
import "./Login.css";

/** A code can be used once, however often the page is drawn. */
let arrival: Promise<Arrival> | undefined;

/** Where a provider sends the browser back to. */
export default function Callback() {
  const [arrived, setArrived] = useState<Arrival | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const navigate = useNavigate();
  const finish = async ({ token }: Outcome, { mount, namespace, back }: Pending) => {
    session.begin(token, await ownerOf(token, namespace), { mount, type: OIDC, name: "" }, namespace);
    navigate(back, { replace: true });
  };
  useEffect(() => {
    arrival ??= arrive();
    arrival.then(
      (found) => {
        if (typeof found === "object" && !found.outcome.pending) void finish(found.outcome, found.pending);
        else setArrived(found);
      },
      (thrown: unknown) => setError(asApiError(thrown)),
    );
  }, []);
  if (typeof arrived === "object" && arrived?.outcome.pending) {
    const { outcome, pending } = arrived;
    return outcome.pending && <SecondFactor pending={outcome.pending} namespace={pending.namespace} onDone={(done) => void finish(done, pending)} onCancel={() => navigate(pending.back, { replace: true })} />;
  }
  return (
    <section className="login stack">
      <Title>{t("login.returned_title")}</Title>
      {error ? <Failure error={error} /> : arrived ? <p role="status">{t(arrived === "nothing" ? "login.returned_nothing" : "login.returned_close")}</p> : <Loading />}
      {(error || arrived) && (
        <p>
          <Anchor to="/">{t("login.returned_back")}</Anchor>
        </p>
      )}
    </section>
  );
}
