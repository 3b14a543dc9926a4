import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { useLocation } from "wouter";
import { data } from "../api/client";
import { ApiError } from "../api/errors";
import { useSession } from "../api/hooks";
import { session } from "../api/session";
import { SEAL_STATUS, useSealStatus } from "../api/state";
import { Away } from "../components/Away";
import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { later } from "../components/later";
import { Loading } from "../components/Loaded";
import { MADE } from "../pages/start/made";
import { t } from "../texts";
import { useKept } from "./kept";
import { PAGES } from "./routes";

const Initialise = later(() => import("../pages/start/Initialise"));
const Unseal = later(() => import("../pages/start/Unseal"));
const Login = later(() => import("../pages/login/Login"));

/** What the server says when a policy is what is missing; of a token that isn't valid it says less. */
const BY_POLICY = /\berrors? occurred/;

/** Whether a token is still valid.  What can't be told counts as valid: nobody is thrown out by an interruption. */
async function isValid(token: string): Promise<boolean> {
  try {
    await data("GET", "auth/token/lookup-self", { token });
    return true;
  } catch (error) {
    return !(error instanceof ApiError && error.kind === "denied" && !error.errors.some((text) => BY_POLICY.test(text)));
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.kind === "missing";
}

/** What stands before the pages: a server that isn't initialised or is sealed, and the login. */
export function Gate({ children }: { children: ReactNode }) {
  const status = useSealStatus();
  const { token, user, namespace, interrupted } = useSession();
  const client = useQueryClient();
  const [at] = useLocation();
  const open = PAGES.find((page) => page.open && page.path === at);
  useEffect(() => session.watch(), []);
  useEffect(() => {
    session.verify = isValid;
  }, []);
  useEffect(() => {
    // Afterwards what was refused meanwhile is asked for again; not what isn't there, on which a form may stand.
    if (interrupted) return () => void client.invalidateQueries({ predicate: ({ state }) => !isMissing(state.error) });
    if (!token) client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "seal-status" });
  }, [client, token, interrupted]);
  useEffect(() => {
    // Somebody may have sealed it, or it may be gone: whoever has its pages open is told at once.
    return client.getQueryCache().subscribe(({ type, query }) => {
      const { error } = query.state;
      if (type === "updated" && query.queryKey[0] !== "seal-status" && query.state.fetchStatus === "idle" && error instanceof ApiError && (error.kind === "sealed" || error.kind === "unreachable")) void client.refetchQueries({ queryKey: SEAL_STATUS }, { cancelRefetch: false });
    });
  }, [client]);
  const made = useKept(MADE);
  const sealed = status.data?.sealed === true;
  const isLost = status.error !== null;
  const wasAway = useRef(false);
  useEffect(() => {
    // What pages asked for meanwhile has failed.  Not asked for again is what isn't there, on which a form may stand.
    if (wasAway.current && !sealed && !isLost) void client.invalidateQueries({ predicate: ({ queryKey, state }) => queryKey[0] !== "seal-status" && !isMissing(state.error) });
    wasAway.current = sealed || isLost;
  }, [client, sealed, isLost]);
  if (!status.data) return status.error ? <Failure error={status.error} onRetry={() => void status.refetch()} /> : <Loading />;
  // The server is initialised as soon as it has made the shares, which somebody still has to put away.
  if (!status.data.initialized || made) return <Before page={<Initialise />} />;
  if (sealed && !token && !interrupted) return <Before page={<Unseal />} />;
  if (!token && !interrupted) return <Before page={open ? <open.component /> : <Login />} />;
  return (
    <>
      {isLost && !sealed && (
        <p role="alert" className="notice notice-danger">
          {t("app.lost")}
        </p>
      )}
      {/* Pages stay as they are while somebody logs in again or unseals, so that nothing that was typed is lost; not for
          another user, nor in another namespace, into which nothing must be sent that was typed for this one. */}
      <div key={`${namespace}\n${user}`} inert={interrupted !== null || sealed} hidden={interrupted !== null || sealed}>
        <Away isAway={interrupted !== null || sealed}>{children}</Away>
      </div>
      {sealed && <Cover page={<Unseal />} />}
      <Dialog title={t(interrupted === "idle" ? "login.locked" : "login.ended")} isOpen={interrupted !== null && !sealed} onClose={() => undefined} mustAnswer isLock>
        <Login again />
      </Dialog>
    </>
  );
}

/** A page in front of others, which give the focus back to where it was. */
function Cover({ page }: { page: ReactNode }) {
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    before.current = document.activeElement;
  }, []);
  useEffect(
    () => () => {
      if (before.current instanceof HTMLElement) before.current.focus();
    },
    [],
  );
  return <Before page={page} />;
}

/** A page that stands alone, without navigation. */
export function Before({ page }: { page: ReactNode }) {
  return <main className="before">{page}</main>;
}
