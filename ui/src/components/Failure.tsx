import { CircleAlert, CircleSlash, PlugZap } from "lucide-react";
import { asApiError, type ApiError, passes } from "../api/errors";
import { t } from "../texts";
import { link } from "../app/location";
import { Button, LinkButton } from "./Button";
import { CopyButton } from "./Secret";
import { duration } from "./time";

const LOOKS = { denied: CircleSlash, unreachable: PlugZap } as const;

/** Why something can't be shown or wasn't done: in our words what it means, in the server's what it said. */
export function Failure({ error: thrown, onRetry }: { error: Error; onRetry?: () => void }) {
  const error = asApiError(thrown); // a mistake of a page is no answer of the API, and must not take the page with it
  const Icon = error.kind in LOOKS ? LOOKS[error.kind as keyof typeof LOOKS] : CircleAlert;
  return (
    <div role="alert" className={`notice notice-${error.kind === "missing" && !isNameRefused(error) ? "plain" : "danger"}`} data-kind={error.kind}>
      <Icon aria-hidden size={20} />
      <div>
        <p>{t(isNameRefused(error) ? "errors.no_such_path" : `errors.${error.kind}`, { time: duration(error.retryAfter || 1) })}</p>
        {error.errors.map((text) => (
          <p key={text} className="code">
            {text}
          </p>
        ))}
        {error.kind === "denied" && error.requestId && <Denial id={error.requestId} />}
        {onRetry && passes(error) && <p className="description">{t("errors.by_itself")}</p>}
        {onRetry && <Button onPress={onRetry}>{t("app.again")}</Button>}
      </div>
    </div>
  );
}

/** Whether a write was to a path that the engine hasn't got, as of a name with a space in it (pure). */
export function isNameRefused({ kind, method, errors }: ApiError): boolean {
  return kind === "missing" && method !== "GET" && errors.some((text) => text.includes("unsupported path"));
}

/** The number of a denial, for who administers the policies. */
function Denial({ id }: { id: string }) {
  return (
    <>
      <p className="row">
        <span>{t("errors.denied_hint", { id })}</span>
        <CopyButton text={id} />
      </p>
      <LinkButton to={link("/policies/why", { request: id })} needs={`read sys/policies/denials/${id}`}>
        {t("errors.denied_why")}
      </LinkButton>
    </>
  );
}
