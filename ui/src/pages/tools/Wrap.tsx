import { useState } from "react";
import { type Envelope, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextArea, TextField } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { fieldsIn } from "../kv/values";
import { HandOn } from "./HandOn";

/** Puts fields into a token that can be opened once. */
export function Wrap() {
  const [text, setText] = useState("");
  const [time, setTime] = useState("30m");
  const fields = text.trim() === "" ? {} : fieldsIn(text);
  const wrap = useChange(
    () => send<Envelope<null>>("POST", "sys/wrapping/wrap", { data: fields, wrapTtl: time }),
    () => setText(""),
  );
  const made = wrap.data?.wrap_info;
  return (
    <SubmitForm className="stack" onSubmit={() => wrap.mutate(undefined)}>
      <TextArea label={t("tools.wrap_fields")} description={t("tools.wrap_fields_hint")} value={text} onChange={setText} error={fields === null ? t("kv.paste_fault") : null} rows={6} code />
      <TextField label={t("tools.wrap_time")} description={t("tools.wrap_time_hint")} value={time} onChange={setTime} code />
      {wrap.error && <Failure error={wrap.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={wrap.isPending} isDisabled={!fields || Object.keys(fields).length === 0} needs="update sys/wrapping/wrap">
          {t("tools.wrap")}
        </Button>
      </div>
      {made && <HandOn made={made} />}
    </SubmitForm>
  );
}
