import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "../../api/client";
import { ApiError } from "../../api/errors";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Empty, Loading } from "../../components/Loaded";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import type { Account } from "./self";

const placeOf = ({ mount, name }: Account) => `${mount}/password/${name}`;

/**
 * Whether users of the mount may change their passwords.
 *
 * A request without any password says so: it is refused for what it lacks, or because nobody may.  It counts as no login.
 */
async function isAllowed(account: Account): Promise<boolean> {
  try {
    await send("POST", placeOf(account), { data: {}, token: "", namespace: account.namespace });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind === "unreachable" || error.kind === "unavailable") throw error;
    return error.kind === "invalid" && error.status === 400 && error.errors.some((text) => text.includes("password"));
  }
}

/** Changes the password of the user's account, where its mount lets users do that. */
export function Password({ account }: { account: Account }) {
  const allowed = useQuery<boolean, ApiError>({ queryKey: ["own-password", account], queryFn: () => isAllowed(account), staleTime: 300_000 });
  if (allowed.error) return <Failure error={allowed.error} onRetry={() => void allowed.refetch()} />;
  if (allowed.data === undefined) return <Loading />;
  return allowed.data ? <Change account={account} /> : <Empty title={t("me.password_not", { mount: account.mount })} />;
}

function Change({ account }: { account: Account }) {
  const [now, setNow] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const change = useMutation<unknown, ApiError, void>({
    mutationFn: () => send("POST", placeOf(account), { data: { current_password: now, password: next }, token: "", namespace: account.namespace }),
    onSuccess: () => {
      for (const forget of [setNow, setNext, setAgain]) forget("");
      setTried(false);
      toast(t("me.password_changed"));
    },
  });
  const differs = next !== again;
  return (
    <SubmitForm
      onSubmit={() => {
        setTried(true);
        if (!differs) change.mutate();
      }}
    >
      <p>{t("me.password_intro", { name: account.name, mount: account.mount })}</p>
      <TextField label={t("me.password_now")} type="password" autoComplete="current-password" value={now} onChange={setNow} isRequired />
      <TextField label={t("me.password_next")} type="password" autoComplete="new-password" value={next} onChange={setNext} isRequired />
      <TextField label={t("me.password_again")} type="password" autoComplete="new-password" value={again} onChange={setAgain} error={tried && differs ? t("me.password_differs") : null} isRequired />
      {change.error && <Failure error={change.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={change.isPending} isDisabled={now === "" || next === ""}>
          {t("me.password_change")}
        </Button>
      </div>
    </SubmitForm>
  );
}
