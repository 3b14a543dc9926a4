import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Auth, type Envelope, send, write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Removal } from "../../components/Removal";
import { SubmitForm } from "../../components/SubmitForm";
import { duration } from "../../components/time";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { useAsked } from "../leases/asking";
import { Warnings } from "../../components/Warnings";
import { About } from "./About";
import { Family } from "./Family";
import { LookUp } from "./LookUp";
import { type TokenFacts, tokensLink } from "./token";
import { BREAK_GLASS, newLink } from "./withdrawals/withdrawal";

/** A token, by its accessor. */
export default function Token() {
  const accessor = useParam("accessor");
  const found = useAsked<TokenFacts>("auth/token/lookup-accessor", { accessor }, { enabled: accessor !== "" });
  return (
    <>
      <PageHead title={found.data?.display_name || accessor || t("tokens.token")} crumbs={[{ text: t("tokens.title"), to: tokensLink() }]} />
      {accessor === "" ? (
        <LookUp />
      ) : found.error?.kind === "invalid" ? (
        <Empty title={t("tokens.gone")}>
          <p className="code">{accessor}</p>
        </Empty>
      ) : (
        <Loaded of={found}>
          {(token) => (
            <>
              <section className="card">
                <About token={token} />
              </section>
              {token.renewable && <Renew accessor={accessor} />}
              <Capabilities accessor={accessor} />
              {token.type === "service" && <Family accessor={accessor} />}
              <div className="row">
                <Revoke token={token} />
                <LinkButton to={newLink({ accessor })} needs={BREAK_GLASS.make}>
                  {t("tokens.break_glass")}
                </LinkButton>
              </div>
            </>
          )}
        </Loaded>
      )}
    </>
  );
}

function Renew({ accessor }: { accessor: string }) {
  const [increment, setIncrement] = useState("");
  const may = useMay("update auth/token/renew-accessor");
  const renew = useChange(
    () => send<Envelope<null> & { auth: Auth }>("POST", "auth/token/renew-accessor", { data: { accessor, ...(increment.trim() && { increment: increment.trim() }) } }),
    ({ auth }) => toast(t("tokens.renewed", { time: duration(auth.lease_duration) })),
  );
  if (!may) return null;
  return (
    <SubmitForm onSubmit={() => renew.mutate(undefined)}>
      <TextField label={t("tokens.increment")} description={t("tokens.increment_hint")} value={increment} onChange={setIncrement} placeholder="1h" code />
      <Warnings of={renew.data?.warnings} />
      {renew.error && <Failure error={renew.error} />}
      <div className="row">
        <Button type="submit" isPending={renew.isPending} needs="update auth/token/renew-accessor">
          {t("tokens.renew")}
        </Button>
      </div>
    </SubmitForm>
  );
}

/** What the token may do with a path. */
function Capabilities({ accessor }: { accessor: string }) {
  const [path, setPath] = useState("");
  const may = useMay("update sys/capabilities-accessor");
  const ask = useChange((asked: string) => write<Record<string, string[]>>("sys/capabilities-accessor", { accessor, paths: [asked] }));
  if (!may) return null;
  return (
    <SubmitForm onSubmit={() => ask.mutate(path.trim())}>
      <TextField label={t("tokens.may_do")} value={path} onChange={setPath} placeholder="secret/data/app" code />
      {ask.error && <Failure error={ask.error} />}
      {ask.data && ask.variables !== undefined && (
        <p role="status" className="row">
          <span className="code">{ask.variables}</span>
          {(ask.data[ask.variables] ?? []).map((each) => (
            <span key={each} className={each === "deny" ? "badge badge-danger" : "badge"}>
              {each}
            </span>
          ))}
        </p>
      )}
      <div className="row">
        <Button type="submit" isPending={ask.isPending} isDisabled={path.trim() === ""} needs="update sys/capabilities-accessor">
          {t("tokens.ask")}
        </Button>
      </div>
    </SubmitForm>
  );
}

function Revoke({ token }: { token: TokenFacts }) {
  const navigate = useNavigate();
  const done = () => {
    toast(t("tokens.revoked"));
    navigate(tokensLink(), { replace: true });
  };
  return (
    <Removal action={t("tokens.revoke")} title={t("tokens.revoke_title", { name: token.display_name })} needs="update auth/token/revoke-accessor" act={() => send("POST", "auth/token/revoke-accessor", { data: { accessor: token.accessor } })} done={done} look="danger">
      <p>{t("tokens.revoke_text")}</p>
    </Removal>
  );
}
