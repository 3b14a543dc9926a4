import { type ReactNode, useEffect, useState } from "react";
import { changes } from "../api/changes";
import { useUnsaved } from "../app/unsaved";

/** A form of which what was typed is lost if the page is left before it is saved: then the user is asked. */
export function Typed({ children }: { children: ReactNode }) {
  const [isTyped, setTyped] = useState(false);
  const { forget } = useUnsaved(isTyped);
  useEffect(
    () =>
      changes.subscribe(() => {
        forget(); // at once: who has saved may leave the page in the same turn
        setTyped(false);
      }),
    [forget],
  );
  return (
    <div className="held" onInput={() => setTyped(true)}>
      {children}
    </div>
  );
}
