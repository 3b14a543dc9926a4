import { useEffect, useRef, useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Method, send } from "../../api/client";
import { ApiError } from "../../api/errors";
import { useChange, useRead, useSession } from "../../api/hooks";
import { session } from "../../api/session";
import type { Self } from "../../app/UserMenu";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loaded";
import { Title } from "../../components/Title";
import { t } from "../../texts";
import type { Door } from "../login/doors";
import { type Asked, askedIn, backTo, refusalIn } from "./request";
import "../login/Login.css";

type Authorize = Extract<Door, { kind: "authorize" }>;

interface Answer {
  code: string;
  state: string;
}

interface Props {
  door: Authorize;
  /** The token that the tab had when the address was opened; empty for none. */
  before: string;
}

/** Asks whether an application may know who somebody is, and sends the person back to it. */
export default function Consent({ door, before }: Props) {
  const { namespace, token } = useSession();
  const [asked] = useState(() => askedIn(window.location.search));
  const isAnew = useLoginAnew(asked, before);
  useEffect(() => {
    document.title = `${t("oidc.title")} · ${t("app.name")}`;
    if (namespace !== door.namespace) session.enter(door.namespace);
  }, [namespace, door.namespace]);
  if (namespace !== door.namespace || isAnew) return <Loading />;
  // Who has just logged in has seen a form for this server, and not yet which application learns of it.
  return <Asking asked={asked} isSilent={asked.prompt === "none" && before !== "" && token === before} path={`identity/oidc/provider/${door.provider}/authorize`} />;
}

/** Ends the session that was there before, where the application wants a new login. */
function useLoginAnew({ prompt }: Asked, before: string): boolean {
  const { token } = useSession();
  const isWanted = prompt.split(" ").includes("login") && before !== "" && token === before;
  useEffect(() => {
    if (isWanted) session.end();
  }, [isWanted]);
  return isWanted;
}

function Asking({ asked, isSilent, path }: { asked: Asked; isSilent: boolean; path: string }) {
  const self = useRead<Self>("auth/token/lookup-self", { namespace: "" });
  const mayWrite = useMay(`update ${path}`);
  const mayRead = useMay(`read ${path}`);
  const [cancelled, setCancelled] = useState(false);
  // What is in a body isn't in the log of a proxy.
  const method: Method = mayWrite ? "POST" : "GET";
  const go = useChange(
    () => send<Answer>(method, path, method === "POST" ? { data: asked.parameters } : { query: asked.parameters }),
    ({ code, state }) => {
      const back = backTo(asked.redirectUri, { code, state });
      if (back) window.location.assign(back);
    },
  );
  const may = mayWrite || mayRead;
  const isKnown = mayWrite !== undefined && mayRead !== undefined;
  useAtOnce(isSilent && isKnown && may === true, () => go.mutate(undefined));
  if (!isKnown || !self.data) return self.error ? <Failure error={self.error} /> : <Loading />;
  if (cancelled)
    return (
      <p className="login" role="status">
        {t("oidc.cancelled")}
      </p>
    );
  const name = self.data.display_name;
  return (
    <section className="login stack">
      <Title>{t("oidc.title")}</Title>
      <p>{t("oidc.asks", { application: asked.application || t("oidc.unknown") })}</p>
      <Facts asked={asked} name={name} />
      {!may && <p className="notice notice-danger">{t("oidc.may_not")}</p>}
      {go.error && <Refused error={go.error} />}
      {go.isSuccess && <p role="status">{t("oidc.going")}</p>}
      <div className="row">
        <Button look="primary" onPress={() => go.mutate(undefined)} isPending={go.isPending} isDisabled={go.isSuccess || asked.application === ""} needs={`${mayWrite ? "update" : "read"} ${path}`} autoFocus>
          {t("oidc.go_on", { name })}
        </Button>
        <Button onPress={() => session.end()}>{t("login.other")}</Button>
        <Button look="quiet" onPress={() => setCancelled(true)}>
          {t("common.cancel")}
        </Button>
      </div>
    </section>
  );
}

/** Does something once, as soon as it may be done. */
function useAtOnce(now: boolean, act: () => void): void {
  const done = useRef(false);
  useEffect(() => {
    if (!now || done.current) return;
    done.current = true;
    act();
  }, [now, act]);
}

function Facts({ asked, name }: { asked: Asked; name: string }) {
  return (
    <dl className="facts">
      <dt>{t("oidc.you")}</dt>
      <dd>{name}</dd>
      <dt>{t("oidc.scopes")}</dt>
      <dd>{asked.scopes.map((scope) => (scope === "openid" ? t("oidc.openid") : scope)).join(", ") || t("common.none")}</dd>
      <dt>{t("oidc.client")}</dt>
      <dd className="code">{asked.clientId || t("common.none")}</dd>
      <dt>{t("oidc.redirect")}</dt>
      <dd className="code">{asked.redirectUri || t("common.none")}</dd>
    </dl>
  );
}

/** Why there is no code.  The person isn't sent anywhere: whether the address is the application's isn't known. */
function Refused({ error }: { error: ApiError }) {
  const { code, description } = refusalIn(error);
  if (!code) return <Failure error={error} />;
  return (
    <>
      <Failure error={new ApiError(error.kind, error.status, [description, code].filter(Boolean), error.method, error.path)} />
      {code === "max_age_violation" && <p>{t("oidc.too_old")}</p>}
    </>
  );
}
