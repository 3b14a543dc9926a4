import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Auth, type Envelope, send, write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { duration } from "../../components/time";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { useAsked } from "../leases/asking";
import { Warnings } from "../leases/Warnings";
import { Facts } from "./Facts";
import { type TokenFacts, tokensLink } from "./token";
import { BREAK_GLASS, newLink } from "./withdrawals/withdrawal";

/** A token, by its accessor. */
export default function Token() {
  const accessor = useParam("accessor");
  const found = useAsked<TokenFacts>("auth/token/lookup-accessor", { accessor });
  return (
    <>
      <PageHead title={found.data?.display_name || accessor} crumbs={[{ text: t("tokens.title"), to: tokensLink() }]} />
      {found.error?.kind === "invalid" ? (
        <Empty title={t("tokens.gone")}>
          <p className="code">{accessor}</p>
        </Empty>
      ) : (
        <Loaded of={found}>
          {(token) => (
            <>
              <section className="card">
                <Facts token={token} />
              </section>
              {token.renewable && <Renew accessor={accessor} />}
              <Capabilities accessor={accessor} />
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
    <form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        renew.mutate(undefined);
      }}
    >
      <TextField label={t("tokens.increment")} description={t("tokens.increment_hint")} value={increment} onChange={setIncrement} placeholder="1h" code />
      <Warnings of={renew.data?.warnings} />
      {renew.error && <Failure error={renew.error} />}
      <div className="row">
        <Button type="submit" isPending={renew.isPending} needs="update auth/token/renew-accessor">
          {t("tokens.renew")}
        </Button>
      </div>
    </form>
  );
}

/** What the token may do with a path. */
function Capabilities({ accessor }: { accessor: string }) {
  const [path, setPath] = useState("");
  const may = useMay("update sys/capabilities-accessor");
  const ask = useChange((asked: string) => write<Record<string, string[]>>("sys/capabilities-accessor", { accessor, paths: [asked] }));
  if (!may) return null;
  return (
    <form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate(path.trim());
      }}
    >
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
    </form>
  );
}

function Revoke({ token }: { token: TokenFacts }) {
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
  const revoke = useChange(
    () => send("POST", "auth/token/revoke-accessor", { data: { accessor: token.accessor } }),
    () => {
      toast(t("tokens.revoked"));
      setOpen(false);
      navigate(tokensLink(), { replace: true });
    },
  );
  return (
    <>
      <Button look="danger" onPress={() => setOpen(true)} needs="update auth/token/revoke-accessor">
        {t("tokens.revoke")}
      </Button>
      {open && (
        <Confirm title={t("tokens.revoke_title", { name: token.display_name })} isOpen onClose={() => setOpen(false)} action={t("tokens.revoke")} onConfirm={() => revoke.mutate(undefined)} isPending={revoke.isPending} error={revoke.error}>
          <p>{t("tokens.revoke_text")}</p>
        </Confirm>
      )}
    </>
  );
}
