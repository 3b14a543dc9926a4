import type { ReactNode } from "react";
import { ProgressBar } from "react-aria-components";
import type { ApiError } from "../api/errors";
import { t } from "../texts";
import { Failure } from "./Failure";

/** A question to the server, as hooks give it. */
export interface Question<T> {
  data: T | undefined;
  error: ApiError | null;
  refetch: () => unknown;
}

/** What a question brought, once it's there; until then that it's asked, and why it failed if it did. */
export function Loaded<T>({ of, children, missing }: { of: Question<T>; children: (data: T) => ReactNode; missing?: ReactNode }) {
  if (of.data !== undefined) return children(of.data);
  if (of.error) {
    if (of.error.kind === "missing" && missing !== undefined) return missing;
    return <Failure error={of.error} onRetry={() => void of.refetch()} />;
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
