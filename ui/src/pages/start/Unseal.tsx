import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { send } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { SEAL_STATUS, type SealStatus, useSealStatus } from "../../api/state";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Progress } from "../../components/Progress";
import { SubmitForm } from "../../components/SubmitForm";
import { Title } from "../../components/Title";
import { t } from "../../texts";

/** Takes key shares until the server opens, or says what it waits for. */
export default function Unseal() {
  const status = useSealStatus().data;
  const client = useQueryClient();
  const [share, setShare] = useState("");
  const [isKnown, setIsKnown] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const enter = useMutation<SealStatus, ApiError, { key: string } | { reset: true }>({
    mutationFn: (body) => send<SealStatus>("POST", "sys/unseal", { data: body, token: "", namespace: "" }),
    onSuccess: (found, body) => {
      setShare("");
      setIsKnown("key" in body && found.sealed && found.progress > 0 && found.progress === status?.progress);
      client.setQueryData(SEAL_STATUS, found);
      form.current?.querySelector("input")?.focus(); // "Begin anew" goes away
    },
    onError: ({ kind }) => {
      setIsKnown(false);
      if (kind !== "unreachable") setShare("");
      void client.invalidateQueries({ queryKey: SEAL_STATUS }); // after a wrong share the server begins anew
    },
  });
  if (!status) return null;
  if (status.recovery_seal) return <Waiting type={status.type} />;
  return (
    <SubmitForm ref={form} className="login stack" onSubmit={() => enter.mutate({ key: share.trim() })}>
      <Title>{t("start.unseal_title")}</Title>
      <p>{t("start.unseal_intro", { t: status.t, n: status.n })}</p>
      <Progress label={t("start.progress")} value={status.progress} most={status.t} />
      <TextField label={t("start.share")} type="password" value={share} onChange={setShare} isRequired autoFocus />
      {enter.error && <Failure error={enter.error} />}
      {isKnown && (
        <p className="notice" role="status">
          {t("start.share_known")}
        </p>
      )}
      <div className="row">
        <Button type="submit" look="primary" isPending={enter.isPending} isDisabled={share.trim() === ""}>
          {t("start.enter_share")}
        </Button>
        {status.progress > 0 && <Button onPress={() => enter.mutate({ reset: true })}>{t("start.reset")}</Button>}
      </div>
      <p className="description">{t("start.share_hint")}</p>
    </SubmitForm>
  );
}

/** A server that opens by itself has no use for shares. */
function Waiting({ type }: { type: string }) {
  return (
    <div className="login stack">
      <Title>{t("start.waiting_title")}</Title>
      <p>{t("start.waiting", { type })}</p>
    </div>
  );
}
