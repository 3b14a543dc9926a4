import type { ApiError } from "../../api/errors";
import { Failure } from "../../components/Failure";
import { t, type TextKey } from "../../texts";

/** Why a login failed.  No policy denies it: nobody has any yet. */
export function Refusal({ error, denied }: { error: ApiError; denied: TextKey }) {
  if (error.kind !== "denied") return <Failure error={error} />;
  return (
    <div role="alert" className="notice notice-danger">
      <p>{t(denied)}</p>
      {error.errors.map((text) => (
        <p key={text} className="code">
          {text}
        </p>
      ))}
    </div>
  );
}
