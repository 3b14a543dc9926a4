import { useState } from "react";
import { type Envelope, type Fields, send, type WrapInfo } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Secret } from "../../components/Secret";
import { distance, duration, moment } from "../../components/time";
import { t } from "../../texts";
import { Answer } from "../engine/Answer";

interface Looked {
  creation_path: string;
  creation_time: string;
  creation_ttl: number;
}

/** Opens a wrapping token, or says what is in it without opening it. */
export function Unwrap() {
  const [token, setToken] = useState("");
  const given = token.trim();
  const look = useChange(() => send<Envelope<Looked>>("POST", "sys/wrapping/lookup", { data: { token: given } }));
  const open = useChange(
    () => send<Envelope<Fields | null>>("POST", "sys/wrapping/unwrap", { data: { token: given } }),
    () => setToken(""),
  );
  const rewrap = useChange(
    () => send<Envelope<null>>("POST", "sys/wrapping/rewrap", { data: { token: given } }),
    () => setToken(""),
  );
  const found = look.data?.data;
  const made: WrapInfo | null | undefined = rewrap.data?.wrap_info;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        open.mutate(undefined);
      }}
    >
      <TextField label={t("kv.share_token")} type="password" value={token} onChange={setToken} isRequired code />
      <div className="row">
        <Button type="submit" look="primary" isPending={open.isPending} isDisabled={given === ""} needs="update sys/wrapping/unwrap">
          {t("tools.unwrap")}
        </Button>
        <Button onPress={() => look.mutate(undefined)} isPending={look.isPending} isDisabled={given === ""} needs="update sys/wrapping/lookup">
          {t("tools.lookup")}
        </Button>
        <Button onPress={() => rewrap.mutate(undefined)} isPending={rewrap.isPending} isDisabled={given === ""} needs="update sys/wrapping/rewrap">
          {t("tools.rewrap")}
        </Button>
      </div>
      {[open.error, look.error, rewrap.error].map((error, index) => error && <Failure key={index} error={error} />)}
      {found && <p>{t("tools.looked", { path: found.creation_path, when: distance(moment(found.creation_time) ?? new Date(), new Date()), time: duration(found.creation_ttl) })}</p>}
      {made && <Secret value={made.token} name={t("kv.share_token")} />}
      {open.data && <Answer title={t("tools.inside")} fields={open.data.data ?? (open.data.auth as unknown as Fields) ?? {}} />}
    </form>
  );
}
