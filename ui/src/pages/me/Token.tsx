import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Envelope, send } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useChange } from "../../api/hooks";
import { session } from "../../api/session";
import { mayEnd } from "../../app/unsaved";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { CopyButton } from "../../components/Secret";
import { duration } from "../../components/time";
import { toast } from "../../components/toasts";
import { Warnings } from "../../components/Warnings";
import { When } from "../../components/When";
import { t } from "../../texts";
import type { Own } from "./self";

/** The session's token: whose it is, until when, and what can be done with it. */
export function Token({ self }: { self: Own }) {
  const [asked, setAsked] = useState(false);
  const renew = useChange(
    () => send<Envelope<null>>("POST", "auth/token/renew-self", { data: {}, namespace: "" }),
    (renewed) => toast(t("me.renewed", { time: duration(renewed.auth?.lease_duration ?? 0) })),
  );
  // Nothing is asked for again afterwards, with a token that is no more.
  const revoke = useMutation<unknown, ApiError, void>({ mutationFn: () => send("POST", "auth/token/revoke-self", { data: {}, namespace: "" }), onSuccess: () => session.end() });
  return (
    <section className="card stack">
      <Facts rows={rowsOf(self)} />
      {renew.error && <Failure error={renew.error} />}
      <Warnings of={renew.data?.warnings} />
      <div className="row">
        {self.renewable && (
          <Button onPress={() => renew.mutate(undefined)} isPending={renew.isPending} needs="update auth/token/renew-self">
            {t("me.renew")}
          </Button>
        )}
        <Button look="danger" onPress={() => setAsked(true)} needs="update auth/token/revoke-self">
          {t("me.revoke")}
        </Button>
      </div>
      {asked && (
        <Confirm title={t("me.revoke_title")} isOpen onClose={() => setAsked(false)} action={t("me.revoke")} onConfirm={() => mayEnd() && revoke.mutate()} isPending={revoke.isPending} error={revoke.error}>
          <p>{t("me.revoke_text")}</p>
        </Confirm>
      )}
    </section>
  );
}

function rowsOf(self: Own) {
  const copied = (text: string, label: string) => (
    <span className="row">
      <span className="code">{text}</span>
      <CopyButton text={text} label={label} />
    </span>
  );
  return [
    [t("me.name"), self.display_name],
    [t("me.policies"), self.policies.join(", ")],
    [t("me.identity_policies"), self.identity_policies?.join(", ")],
    [t("me.entity"), self.entity_id && copied(self.entity_id, t("me.copy_entity"))],
    [t("me.ends"), <When key="ends" at={self.expire_time} never={t("me.never")} />],
    [t("me.longest"), self.explicit_max_ttl > 0 ? duration(self.explicit_max_ttl) : ""],
    [t("me.period"), self.period ? duration(self.period) : ""],
    [t("me.uses"), self.num_uses > 0 ? String(self.num_uses) : ""],
    [t("me.type"), self.type],
    [t("me.login"), <span key="path" className="code">{self.path}</span>],
    [t("me.issued"), <When key="issued" at={self.issue_time} />],
    [t("me.addresses"), self.bound_cidrs?.join(", ")],
    [t("me.accessor"), self.accessor && copied(self.accessor, t("me.copy_accessor"))],
  ] as const;
}
