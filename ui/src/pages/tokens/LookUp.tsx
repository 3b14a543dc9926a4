import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { Anchor, Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { About } from "./About";
import { type TokenFacts, tokenLink } from "./token";

/** Looks a token up by its accessor, or by itself. */
export function LookUp() {
  const byAccessor = useMay("update auth/token/lookup-accessor");
  const byToken = useMay("update auth/token/lookup");
  return (
    <>
      {!byAccessor && !byToken && <p className="notice">{t("tokens.no_lookup")}</p>}
      <div className="grid">
        {byAccessor && <ByAccessor />}
        {byToken && <ByToken />}
      </div>
    </>
  );
}

function ByAccessor() {
  const [accessor, setAccessor] = useState("");
  const navigate = useNavigate();
  return (
    <SubmitForm onSubmit={() => navigate(tokenLink(accessor.trim()))}>
      <TextField label={t("tokens.accessor")} description={t("tokens.accessor_hint")} value={accessor} onChange={setAccessor} code />
      <div className="row">
        <Button type="submit" isDisabled={accessor.trim() === ""} needs="update auth/token/lookup-accessor">
          {t("tokens.look_up_accessor")}
        </Button>
      </div>
    </SubmitForm>
  );
}

function ByToken() {
  const [token, setToken] = useState("");
  const lookup = useChange(
    // The answer has the token in it, which nobody needs any more.
    () => write<TokenFacts & { id?: string }>("auth/token/lookup", { token: token.trim() }).then(({ id: _, ...facts }): TokenFacts => facts),
    () => setToken(""),
  );
  const found = lookup.data;
  return (
    <SubmitForm onSubmit={() => lookup.mutate(undefined)}>
      <TextField label={t("tokens.token")} description={t("tokens.token_hint")} type="password" value={token} onChange={setToken} code />
      {lookup.error && <Failure error={lookup.error} />}
      <div className="row">
        <Button type="submit" isPending={lookup.isPending} isDisabled={token.trim() === ""} needs="update auth/token/lookup">
          {t("tokens.look_up_token")}
        </Button>
      </div>
      {found && (
        <section className="stack" aria-label={t("tokens.found")} role="status">
          <About token={found} />
          {found.accessor && <Anchor to={tokenLink(found.accessor)}>{t("tokens.open")}</Anchor>}
        </section>
      )}
    </SubmitForm>
  );
}
