import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { data } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useSession } from "../../api/hooks";
import { session } from "../../api/session";
import { userOf } from "../../api/user";
import { useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Select, Suggested, TextArea, TextField } from "../../components/Field";
import { t } from "../../texts";
import { logIn, type Outcome } from "./log_in";
import { Messages } from "./Messages";
import { type LoginField, METHODS, methodOf, OIDC, TOKEN, WRAPPED } from "./methods";
import { SecondFactor } from "./SecondFactor";
import { oidc } from "./oidc";
import "./Login.css";

interface Visible {
  auth: Record<string, { type: string; description: string }>;
}

/** The login form; `again` over pages that are open already. */
export default function Login({ again = false }: { again?: boolean }) {
  const { login, namespace } = useSession();
  const [within, setWithin] = useState(namespace);
  const asked = useParam("with");
  const visible = useQuery({
    queryKey: ["logins", within],
    queryFn: ({ signal }) => data<Visible>("GET", "sys/internal/ui/mounts", { token: "", namespace: within, signal }),
    retry: false,
  });
  const shown = Object.entries(visible.data?.auth ?? {});
  const first = asked || login?.type || shown[0]?.[1].type || TOKEN;
  const [chosen, setChosen] = useState("");
  const type = methodOf(chosen || first) ? chosen || first : TOKEN;
  const method = methodOf(type)!;
  const [mount, setMount] = useState<string | null>(null);
  const place = mount ?? (login?.type === type ? login.mount : (shown.find(([, { type: each }]) => each === type)?.[0].replace(/\/$/, "") ?? type));
  const [values, setValues] = useState<Record<string, string>>(login?.name ? { username: login.name } : {});
  const [pending, setPending] = useState<Outcome["pending"]>(null);
  const finish = async (outcome: Outcome) => {
    if (outcome.pending) return setPending(outcome.pending);
    session.begin(outcome.token, await userOf(outcome.token, within), { mount: place, type, name: values["username"] ?? "" }, within.replace(/^\/+|\/+$/g, ""));
  };
  const attempt = useMutation<Outcome, ApiError, void>({
    mutationFn: () => (type === OIDC ? oidc(place, values["role"] ?? "", within) : logIn(method, place, values, within)),
    onSuccess: finish,
    onSettled: () => setValues(({ username = "", role = "" }) => ({ username, role })), // no secret stays in the form
  });
  if (pending) return <SecondFactor pending={pending} namespace={within} onDone={finish} onCancel={() => setPending(null)} />;
  return (
    <form
      className="login stack"
      onSubmit={(event) => {
        event.preventDefault();
        attempt.mutate();
      }}
    >
      {!again && <h1>{t("login.title")}</h1>}
      {!again && <Messages namespace={within} />}
      <Select label={t("login.method")} value={type} onChange={(next) => { setChosen(next); setMount(null); attempt.reset(); }} choices={METHODS.map((each) => ({ id: each.type, label: t(each.label) }))} />
      {method.fields.map((field) => (
        <LoginInput key={`${type}/${field.name}`} field={field} value={values[field.name] ?? ""} onChange={(value) => setValues({ ...values, [field.name]: value })} />
      ))}
      <details>
        <summary>{t("login.where")}</summary>
        <div className="stack">
          {type !== TOKEN && type !== WRAPPED && (
            <Suggested label={t("login.mount")} value={place} onChange={setMount} choices={shown.filter(([, { type: each }]) => each === type).map(([path, { description }]) => ({ id: path.replace(/\/$/, ""), label: path.replace(/\/$/, ""), description }))} />
          )}
          <TextField label={t("app.namespace")} value={within} onChange={setWithin} placeholder={t("app.root_namespace")} />
        </div>
      </details>
      {attempt.error && <Failure error={attempt.error} />}
      <Button type="submit" look="primary" isPending={attempt.isPending}>
        {t("login.submit")}
      </Button>
      {again && <Button look="quiet" onPress={() => session.end()}>{t("login.other")}</Button>}
    </form>
  );
}

function LoginInput({ field, value, onChange }: { field: LoginField; value: string; onChange: (value: string) => void }) {
  const common = { label: t(field.label), value, onChange, isRequired: !field.optional };
  if (field.long) return <TextArea {...common} code />;
  return <TextField {...common} type={field.secret ? "password" : "text"} autoComplete={field.autoComplete ?? "off"} />;
}
