import { useEffect, useRef } from "react";

/** Has the browser ask before a window is closed or reloaded in which something isn't saved. */
export function useUnsaved(isTouched: boolean): { forget: () => void } {
  const isSaved = useRef(false);
  useEffect(() => {
    if (!isTouched) return;
    const ask = (event: BeforeUnloadEvent) => {
      if (!isSaved.current) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isTouched]);
  return { forget: () => (isSaved.current = true) };
}
