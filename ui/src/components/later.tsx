import { type ComponentType, useEffect, useState } from "react";
import { t } from "../texts";
import { Loading } from "./Loaded";

/**
 * A component whose code is loaded when it is drawn first.
 *
 * React's own `lazy` would hold what replaces its fallback back for 300 ms, which most of our server's answers don't
 * take; and a load that failed would have failed for good.
 */
export function later<P extends object>(load: () => Promise<{ default: ComponentType<P> } | undefined>): ComponentType<P> {
  let found: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [Drawn, setDrawn] = useState(() => found);
    const [fault, setFault] = useState<unknown>(null);
    const [isAwaited, setAwaited] = useState(false);
    useEffect(() => {
      if (Drawn) return;
      let here = true;
      load().then(
        (module) => {
          // The page is loaded anew as soon as the server answers: see `reloadAfterUpgrades`.
          if (!module) return here ? setAwaited(true) : undefined;
          found = module.default;
          if (here) setDrawn(() => module.default);
        },
        (error: unknown) => here && setFault(() => error),
      );
      return () => {
        here = false;
      };
    }, [Drawn]);
    if (fault) throw fault;
    if (Drawn) return <Drawn {...props} />;
    return (
      <>
        <Loading />
        {isAwaited && (
          <p role="status" className="notice notice-warn">
            {t("errors.part_awaited")}
          </p>
        )}
      </>
    );
  };
}
