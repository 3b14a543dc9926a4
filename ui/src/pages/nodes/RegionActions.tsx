import { type ReactNode, useState } from "react";
import { send, write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { Checkbox, TextField } from "../../components/Field";
import { May } from "../../components/May";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { told } from "../../components/time";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { mayChange } from "./region";

function Form({ title, intro, what, onSubmit, children }: { title: string; intro: string; what: string; onSubmit: () => void; children: ReactNode }) {
  return (
    <May needs={mayChange(what)}>
      <SubmitForm onSubmit={() => onSubmit()}>
        <h2>{title}</h2>
        <p>{intro}</p>
        {children}
      </SubmitForm>
    </May>
  );
}

/** Makes this region one that others may follow. */
export function Enable() {
  const [address, setAddress] = useState("");
  const act = useChange(
    () => write("sys/region/enable", { address: address.trim() }),
    () => toast(t("nodes.enabled")),
  );
  return (
    <Form title={t("nodes.enable")} intro={t("nodes.enable_intro")} what="enable" onSubmit={() => act.mutate(undefined)}>
      <TextField label={t("nodes.region_address")} description={t("nodes.region_address_hint")} value={address} onChange={setAddress} isRequired code />
      {act.error && <Failure error={act.error} />}
      <div className="row">
        <Button type="submit" isPending={act.isPending} isDisabled={address.trim() === ""} needs={mayChange("enable")}>
          {t("nodes.enable")}
        </Button>
      </div>
    </Form>
  );
}

/** Makes the token by which another region follows this one. */
export function Invite() {
  const [name, setName] = useState("");
  const [ttl, setTtl] = useState("30m");
  const act = useChange(() => write<{ token: string; expire_time: string }>("sys/region/token", { name: name.trim(), ttl: ttl.trim() }));
  return (
    <Form title={t("nodes.invite")} intro={t("nodes.invite_intro")} what="token" onSubmit={() => act.mutate(undefined)}>
      <TextField label={t("nodes.name")} value={name} onChange={setName} isRequired code />
      <TextField label={t("nodes.ttl")} description={t("nodes.ttl_hint")} value={ttl} onChange={setTtl} isRequired code />
      {act.error && <Failure error={act.error} />}
      {act.data && (
        <div className="notice notice-warn">
          <div>
            <p>{t("nodes.invited", { until: told(act.data.expire_time) ?? act.data.expire_time })}</p>
            <Secret value={act.data.token} name={t("nodes.token")} />
          </div>
        </div>
      )}
      <div className="row">
        <Button type="submit" isPending={act.isPending} isDisabled={name.trim() === ""} needs={mayChange("token")}>
          {t("nodes.invite")}
        </Button>
      </div>
    </Form>
  );
}

/** Has this region follow another one, which replaces what it holds. */
export function Join({ fenced }: { fenced: boolean }) {
  const [token, setToken] = useState("");
  const [replace, setReplace] = useState(fenced);
  const [open, setOpen] = useState(false);
  const act = useChange(
    () => write<{ seals: boolean }>("sys/region/join", { token: token.trim(), replace }),
    ({ seals }) => {
      setToken("");
      setOpen(false);
      toast(t(seals ? "nodes.joined_sealed" : "nodes.joined"));
    },
  );
  return (
    <Form title={t("nodes.join")} intro={t("nodes.join_intro")} what="join" onSubmit={() => setOpen(true)}>
      <TextField label={t("nodes.token")} type="password" value={token} onChange={setToken} isRequired />
      <Checkbox label={t("nodes.replace")} description={t("nodes.replace_hint")} value={replace} onChange={setReplace} />
      <div className="row">
        <Button type="submit" look="danger" isDisabled={token.trim() === ""} needs={mayChange("join")}>
          {t("nodes.join")}
        </Button>
      </div>
      {open && (
        <Confirm title={t("nodes.join_title")} isOpen onClose={() => setOpen(false)} action={t("nodes.join")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} typed="join">
          <p>{t("nodes.join_text")}</p>
        </Confirm>
      )}
    </Form>
  );
}

/** From one role to another. */
export function Act({ what, force = false }: { what: "promote" | "demote" | "leave"; force?: boolean }) {
  const [open, setOpen] = useState(false);
  const act = useChange(
    () => send<{ warnings: string[] | null } | undefined>("POST", `sys/region/${what}`, { data: force ? { force: true } : {} }),
    (answer) => {
      setOpen(false);
      toast([t(`nodes.${what}_done`), ...(answer?.warnings ?? [])].join(" "));
    },
  );
  return (
    <>
      <Button look={what === "promote" ? "plain" : "danger"} onPress={() => setOpen(true)} needs={mayChange(what)}>
        {t(`nodes.${what}`)}
      </Button>
      {open && (
        <Confirm title={t(`nodes.${what}_title`)} isOpen onClose={() => setOpen(false)} action={t(`nodes.${what}`)} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} typed={what}>
          <p>{t(force ? "nodes.promote_force_text" : `nodes.${what}_text`)}</p>
        </Confirm>
      )}
    </>
  );
}
