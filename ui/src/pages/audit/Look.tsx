import { useState } from "react";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { CopyButton } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { hashPath } from "./device";
import { LogSearch } from "./LogSearch";

/** Turns a value into the digest that the log has instead, and looks for that. */
export function Look({ path }: { path: string }) {
  const [input, setInput] = useState("");
  const ask = useChange(
    () => write<{ hash: string }>(hashPath(path), { input }),
    () => setInput(""),
  );
  return (
    <section className="card stack">
      <h2>{t("audit.look")}</h2>
      <p>{t("audit.look_intro")}</p>
      <SubmitForm className="stack" onSubmit={() => ask.mutate(undefined)}>
        <TextField label={t("audit.value")} type="password" value={input} onChange={setInput} isRequired />
        {ask.error && <Failure error={ask.error} />}
        <div className="row">
          <Button type="submit" isPending={ask.isPending} isDisabled={input === ""} needs={`update ${hashPath(path)}`}>
            {t("audit.hash")}
          </Button>
        </div>
      </SubmitForm>
      {ask.data && (
        <>
          <div className="row" aria-live="polite">
            <span>{t("audit.digest")}</span>
            <code>{ask.data.hash}</code>
            <CopyButton text={ask.data.hash} label={t("audit.copy_digest")} />
          </div>
          <LogSearch key={ask.data.hash} digest={ask.data.hash} />
        </>
      )}
    </section>
  );
}
