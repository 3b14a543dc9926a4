import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { send } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useSession } from "../../api/hooks";
import { session } from "../../api/session";
import { ownerOf } from "../../api/user";
import { useParam } from "../../app/location";
import { ifMayEnd, mayEnd } from "../../app/unsaved";
import { Button } from "../../components/Button";
import { Select, Suggested, TextArea, TextField } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { Title } from "../../components/Title";
import { t } from "../../texts";
import type { Way } from "./choices";
import { doorOf } from "./doors";
import { Elsewhere } from "./Elsewhere";
import { FewUses } from "./FewUses";
import { Inside } from "./Inside";
import { logIn, type Outcome } from "./log_in";
import { Messages } from "./Messages";
import { type LoginField, methodOf, missingOf, OIDC, TOKEN, withoutSecrets, WRAPPED } from "./methods";
import { type Elsewhere as ElsewhereState, oidc } from "./oidc";
import { Refusal } from "./Refusal";
import { SecondFactor } from "./SecondFactor";
import { type Chosen, trimmed, useWay } from "./way";
import "./Login.css";

/** The login form; `again` over pages that are open already. */
export default function Login({ again = false }: { again?: boolean }) {
  const { login, namespace } = useSession();
  const named = useParam("namespace");
  const asked = { with: useParam("with"), role: useParam("role") };
  const [within, setWithin] = useState(namespace || namespaceOfPlace(named));
  const place = trimmed(within);
  const chosen = useWay(place);
  const { way, method } = chosen;
  const mount = trimmed(chosen.mount);
  const [values, setValues] = useState<Record<string, string>>({ ...(asked.with && { role: asked.role }), ...(login?.name && { username: login.name }) });
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const enter = async ({ token, typed }: Outcome) => {
    const owner = typed?.owner ?? (await ownerOf(token, place));
    if (again && !mayTakeOver(owner.user)) {
      // Nobody uses what this login has made; if it can't be revoked now, it ends with its time.
      if (!typed) void send("POST", "auth/token/revoke-self", { token, namespace: place }).catch(() => undefined);
      return;
    }
    session.begin(token, owner, { mount, type: method.type, name: values["username"] ?? "" }, place);
  };
  const finish = async (made: Outcome) => {
    if (made.token && !made.typed?.uses) await enter(made);
    else setOutcome(made);
  };
  const { attempt, elsewhere, number, start, cancel } = useAttempt(chosen, mount, values, place, again, finish, () => setValues((typed) => withoutSecrets(method, typed)));
  const [tried, setTried] = useState(false);
  const missing = missingOf(method, values);
  if (outcome?.inside) return <Inside fields={outcome.inside} onDone={() => setOutcome(null)} />;
  if (outcome?.typed) return <FewUses uses={outcome.typed.uses} onGo={() => void enter(outcome)} onCancel={() => setOutcome(null)} />;
  if (outcome?.pending) return <SecondFactor pending={outcome.pending} namespace={place} onDone={finish} onCancel={() => setOutcome(null)} />;
  return (
    <SubmitForm
      className="login stack"
      onSubmit={() => {
        setTried(missing.length > 0);
        if (missing.length === 0) start();
      }}
    >
      {!again && <Title>{t("login.title")}</Title>}
      {!again && <Messages namespace={place} />}
      <Select
        label={t("login.method")}
        value={way.id}
        onChange={(id) => {
          chosen.choose(id);
          cancel();
        }}
        choices={chosen.ways.map(choiceOf)}
      />
      {method.fields.map((field) => (
        <LoginInput key={`${method.type}/${field.name}`} field={field} value={values[field.name] ?? ""} error={tried && missing.includes(field.name) ? t("common.required") : null} onChange={(value) => setValues({ ...values, [field.name]: value })} />
      ))}
      <Where chosen={chosen} namespace={within} onNamespace={setWithin} />
      {attempt.error && <Refusal error={attempt.error} denied={method.type === TOKEN ? "login.token_refused" : "login.refused"} />}
      {elsewhere && <Elsewhere state={elsewhere} onCancel={cancel} />}
      {number !== null && (
        <p className="notice" role="status">
          {t("login.okta_number", { number })}
        </p>
      )}
      <Button type="submit" look="primary" isPending={attempt.isPending}>
        {t("login.submit")}
      </Button>
      {again && (
        <Button look="quiet" onPress={() => ifMayEnd(() => session.end())}>
          {t("login.other")}
        </Button>
      )}
    </SubmitForm>
  );
}

/** Whether what is open may become somebody's: it belongs to who was here before. */
function mayTakeOver(user: string): boolean {
  return user === session.current().user || mayEnd(t("login.not_yours"));
}

/** The namespace that the address names, before anybody has chosen one. */
function namespaceOfPlace(asked: string): string {
  const door = doorOf(window.location.pathname);
  return door?.kind === "authorize" ? door.namespace : asked;
}

/** One login at a time, and what the user has to do elsewhere for it. */
function useAttempt({ method }: Chosen, mount: string, values: Record<string, string>, namespace: string, stay: boolean, done: (outcome: Outcome) => Promise<void>, ended: () => void) {
  const [elsewhere, setElsewhere] = useState<ElsewhereState | null>(null);
  const [number, setNumber] = useState<number | null>(null);
  const running = useRef<AbortController | null>(null);
  const attempt = useMutation<Outcome, ApiError, AbortSignal>({
    mutationFn: (signal) => (method.type === OIDC ? oidc({ mount, role: values["role"] ?? "", namespace, stay, signal, tell: setElsewhere }) : logIn(method, mount, values, namespace, setNumber)),
    onSuccess: async (outcome, signal) => {
      if (!signal.aborted) await done(outcome);
    },
    onSettled: () => {
      setElsewhere(null);
      setNumber(null);
      ended();
    },
  });
  const start = () => {
    running.current = new AbortController();
    attempt.mutate(running.current.signal);
  };
  const cancel = () => {
    running.current?.abort();
    attempt.reset();
  };
  return { attempt, elsewhere, number, start, cancel };
}

function choiceOf({ id, type, mount }: Way) {
  const label = t(methodOf(type).label);
  return mount ? { id, label: `${label} · ${mount.path}`, description: mount.description } : { id, label };
}

function Where({ chosen, namespace, onNamespace }: { chosen: Chosen; namespace: string; onNamespace: (namespace: string) => void }) {
  const { method, mount, mounts, setMount } = chosen;
  // Who follows a link has to see into which namespace a password goes: its administrators choose what gets it.
  const [isOpen] = useState(trimmed(namespace) !== "");
  return (
    <details open={isOpen}>
      <summary>{t("login.where")}</summary>
      <div className="stack">
        {method.type !== TOKEN && method.type !== WRAPPED && <Suggested label={t("login.mount")} value={mount} onChange={setMount} choices={mounts.map(({ path, description }) => ({ id: path, label: path, description }))} />}
        <TextField label={t("app.namespace")} value={namespace} onChange={onNamespace} placeholder={t("app.root_namespace")} />
      </div>
    </details>
  );
}

function LoginInput({ field, value, error, onChange }: { field: LoginField; value: string; error: string | null; onChange: (value: string) => void }) {
  const common = { label: t(field.label), name: field.name, value, error, onChange, isRequired: !field.optional };
  if (field.long) return <TextArea {...common} code />;
  return <TextField {...common} type={field.secret ? "password" : "text"} autoComplete={field.autoComplete ?? "off"} />;
}
