import { type ReactNode, useState } from "react";
import { ProgressBar } from "react-aria-components";
import type { ApiError } from "../api/errors";
import { t } from "../texts";
import { Failure } from "./Failure";

/** A question to the server, as hooks give it. */
export interface Question<T> {
  data: T | undefined;
  error: ApiError | null;
  refetch: () => unknown;
  /** How often it has failed. */
  errorUpdateCount?: number;
}

/** What a question brought, once it's there; until then that it's asked, and why it failed if it did. */
export function Loaded<T>({ of, children, missing }: { of: Question<T>; children: (data: T) => ReactNode; missing?: ReactNode }) {
  const [failed, setFailed] = useState(of.error);
  if (of.error && of.error !== failed) setFailed(of.error);
  if (of.data !== undefined) return children(of.data);
  // While it is asked again, why it has failed stays to be read.
  const error = of.error ?? (of.errorUpdateCount ? failed : null);
  if (error) {
    if (error.kind === "missing" && missing !== undefined) return missing;
    return <Failure error={error} onRetry={() => void of.refetch()} />;
  }
  return <Loading />;
}

export function Loading() {
  return <ProgressBar className="loading" isIndeterminate aria-label={t("common.loading")} />;
}

/** What a list shows that has nothing in it: that this is so, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p>{title}</p>
      {children}
    </div>
  );
}
