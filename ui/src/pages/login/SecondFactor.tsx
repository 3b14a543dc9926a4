import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { data, type MfaRequirement } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Select, TextField } from "../../components/Field";
import { QrCode } from "../../components/QrCode";
import { SubmitForm } from "../../components/SubmitForm";
import { Title } from "../../components/Title";
import { t } from "../../texts";
import { type Outcome, prove } from "./log_in";
import { Refusal } from "./Refusal";

interface Props {
  pending: MfaRequirement;
  namespace: string;
  onDone: (outcome: Outcome) => void;
  onCancel: () => void;
}

type Method = MfaRequirement["mfa_constraints"][string]["any"][number] & { self_enrollment_enabled?: boolean };

/** One enforcement, and how it is proved. */
interface Proof {
  name: string;
  any: Method[];
  method: Method;
}

/** The method of each enforcement that is used: the chosen one, else its first. */
function proofsOf({ mfa_constraints }: MfaRequirement, chosen: Record<string, string>): Proof[] {
  return Object.entries(mfa_constraints).flatMap(([name, { any }]) => {
    const method = any.find(({ id }) => id === chosen[name]) ?? any[0];
    return method ? [{ name, any, method }] : [];
  });
}

/** Asks for a second factor of each enforcement. */
export function SecondFactor({ pending, namespace, onDone, onCancel }: Props) {
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const [codes, setCodes] = useState<Record<string, string>>({});
  const proofs = proofsOf(pending, chosen);
  const attempt = useMutation<Outcome, ApiError, void>({
    mutationFn: () => prove(pending, Object.fromEntries(proofs.map(({ method: { id, uses_passcode } }) => [id, uses_passcode ? (codes[id] ?? "") : ""])), namespace),
    onSuccess: onDone,
    onError: () => setCodes({}),
  });
  return (
    <SubmitForm className="login stack" onSubmit={() => attempt.mutate()}>
      <Title>{t("login.second_title")}</Title>
      {proofs.map(({ name, any, method }, index) => (
        <fieldset key={name} className="stack">
          <legend>{name}</legend>
          {any.length > 1 && (
            <Select label={t("login.second_method")} value={method.id} onChange={(id) => setChosen({ ...chosen, [name]: id })} choices={any.map(({ id, type, name: own }) => ({ id, label: own || type }))} />
          )}
          {method.self_enrollment_enabled && <Enrolment key={method.id} method={method.id} request={pending.mfa_request_id} namespace={namespace} />}
          {method.uses_passcode ? (
            <TextField label={t("login.code")} value={codes[method.id] ?? ""} onChange={(code) => setCodes({ ...codes, [method.id]: code })} autoComplete="one-time-code" isRequired autoFocus={index === 0} code />
          ) : (
            <p>{t("login.push", { type: method.type })}</p>
          )}
        </fieldset>
      ))}
      {attempt.error && <Refusal error={attempt.error} denied="login.code_refused" />}
      <div className="row">
        <Button type="submit" look="primary" isPending={attempt.isPending}>
          {t("login.prove")}
        </Button>
        <Button onPress={onCancel}>{t("common.cancel")}</Button>
      </div>
    </SubmitForm>
  );
}

/** Makes a secret for an authenticator app, for somebody who has none yet. */
function Enrolment({ method, request, namespace }: { method: string; request: string; namespace: string }) {
  const made = useMutation<{ url: string }, ApiError, void>({
    mutationFn: () => data("POST", "identity/mfa/method/totp/self-enroll", { data: { mfa_method_id: method, mfa_request_id: request }, token: "", namespace }),
  });
  if (made.data) return <QrCode text={made.data.url} label={t("login.enrol_scan")} />;
  return (
    <>
      <Button onPress={() => made.mutate()} isPending={made.isPending}>
        {t("login.enrol")}
      </Button>
      {made.error && <Failure error={made.error} />}
    </>
  );
}
