import { useState } from "react";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Once } from "../../components/Once";
import { SubmitForm } from "../../components/SubmitForm";
import { duration } from "../../components/time";
import { When } from "../../components/When";
import { t } from "../../texts";
import { HandOn } from "./HandOn";
import { fieldsInside } from "./inside";
import { Opened } from "./Opened";

interface Looked {
  creation_path: string;
  creation_time: string;
  creation_ttl: number;
}

/** Opens a wrapping token, says where it comes from without opening it, or puts its content into a new one. */
export function Unwrap() {
  const [token, setToken] = useState("");
  const given = token.trim();
  const forget = () => setToken("");
  const look = useChange(() => send<Envelope<Looked>>("POST", "sys/wrapping/lookup", { data: { token: given } }));
  const open = useChange(() => send<Envelope<Fields | null>>("POST", "sys/wrapping/unwrap", { data: { token: given }, exact: true }), forget);
  const rewrap = useChange(() => send<Envelope<null>>("POST", "sys/wrapping/rewrap", { data: { token: given } }), forget);
  const act = (chosen: typeof look | typeof open | typeof rewrap) => {
    for (const each of [look, open, rewrap]) each.reset(); // what was shown is of another token
    chosen.mutate(undefined);
  };
  const failed = look.error ?? open.error ?? rewrap.error;
  return (
    <SubmitForm
      className="stack"
      onSubmit={() => {
        if (given) act(open);
      }}
    >
      <TextField label={t("kv.share_token")} description={t("tools.unwrap_hint")} type="password" value={token} onChange={setToken} isRequired code />
      <div className="row">
        <Button onPress={() => act(look)} isPending={look.isPending} isDisabled={given === ""}>
          {t("tools.lookup")}
        </Button>
        <Button type="submit" look="primary" isPending={open.isPending} isDisabled={given === ""} needs="update sys/wrapping/unwrap">
          {t("tools.unwrap")}
        </Button>
        <Button onPress={() => act(rewrap)} isPending={rewrap.isPending} isDisabled={given === ""} needs="update sys/wrapping/rewrap">
          {t("tools.rewrap")}
        </Button>
      </div>
      {failed && <Failure error={failed} />}
      {look.data && <Origin looked={look.data.data} />}
      {rewrap.data?.wrap_info && <HandOn made={rewrap.data.wrap_info} />}
      {open.data && (
        <section className="stack" aria-live="polite">
          <h2>{t("tools.inside")}</h2>
          <Once>{t("kv.received_once")}</Once>
          <Opened fields={fieldsInside(open.data)} />
        </section>
      )}
    </SubmitForm>
  );
}

function Origin({ looked }: { looked: Looked }) {
  return (
    <Facts
      rows={[
        [t("tools.made_by"), <span key="path" className="code">{looked.creation_path}</span>],
        [t("tools.made_at"), <When key="time" at={looked.creation_time} />],
        [t("tools.made_for"), duration(looked.creation_ttl)],
      ]}
    />
  );
}
