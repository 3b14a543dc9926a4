import { useState } from "react";
import { serverNow } from "../../api/clock";
import { type Envelope, type Fields, send } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useChange, useSession } from "../../api/hooks";
import { useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Once } from "../../components/Once";
import { PageHead } from "../../components/PageHead";
import { CopyButton } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { distance, moment } from "../../components/time";
import { t } from "../../texts";
import { MaskedJson } from "./MaskedJson";
import { insideOf } from "./inside";
import { SecretFields } from "./SecretFields";

interface Looked {
  creation_path: string;
  creation_time: string;
}

/** Opens what somebody has shared.  It works without a login: the wrapping token is all that it needs. */
export default function Received() {
  const session = useSession();
  const namespace = useParam("namespace") || session.namespace;
  const [token, setToken] = useState("");
  const given = token.trim();
  // The token itself has no rights but to be opened; nobody's session is needed, and none is shown to the server.
  const look = useChange(() => send<Envelope<Looked>>("POST", "sys/wrapping/lookup", { data: { token: given }, token: "", namespace }));
  const open = useChange(
    () => send<Envelope<Fields | null>>("POST", "sys/wrapping/unwrap", { token: given, namespace, exact: true }),
    () => setToken(""),
  );
  const made = moment(look.data?.data.creation_time);
  return (
    <div className="stack received">
      <PageHead title={t("kv.received_title")} intro={t("kv.received_intro")} />
      {open.data ? (
        <Inside answer={open.data} />
      ) : (
        <SubmitForm
          className="stack card"
          onSubmit={() => {
            look.reset();
            open.mutate(undefined);
          }}
        >
          <TextField label={t("kv.share_token")} description={namespace ? t("kv.received_in", { namespace }) : undefined} type="password" value={token} onChange={setToken} isRequired autoFocus code />
          {look.data && <p className="notice">{t("kv.received_looked", { path: look.data.data.creation_path, when: made ? distance(made, serverNow()) : "" })}</p>}
          {[open.error, look.error].map((error, index) => error && <Spent key={index} error={error} />)}
          <div className="row">
            <Button type="submit" look="primary" isPending={open.isPending} isDisabled={given === ""}>
              {t("kv.received_open")}
            </Button>
            <Button onPress={() => look.mutate(undefined)} isPending={look.isPending} isDisabled={given === ""}>
              {t("kv.received_look")}
            </Button>
          </div>
        </SubmitForm>
      )}
    </div>
  );
}

/** A token that is refused was used already, has ended or never was: the first is what its receiver has to know. */
function Spent({ error }: { error: ApiError }) {
  return (
    <>
      <Failure error={error} />
      {(error.kind === "denied" || error.kind === "invalid") && <p className="notice notice-warn">{t("kv.received_spent")}</p>}
    </>
  );
}

function Inside({ answer }: { answer: Envelope<Fields | null> }) {
  const fields = insideOf(answer);
  return (
    <section className="card stack">
      <Once>{t("kv.received_once")}</Once>
      <div className="row">
        <CopyButton text={() => JSON.stringify(fields, null, 2)} label={t("kv.copy_json")} />
      </div>
      {Object.keys(fields).length === 0 && <MaskedJson fields={fields} />}
      <SecretFields fields={fields} />
    </section>
  );
}
