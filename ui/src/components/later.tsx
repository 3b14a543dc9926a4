import { type ComponentType, useEffect, useState } from "react";
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
    useEffect(() => {
      if (Drawn) return;
      let here = true;
      load().then(
        (module) => {
          if (!module) return; // the page is being loaded anew: see `reloadAfterUpgrades`
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
    return Drawn ? <Drawn {...props} /> : <Loading />;
  };
}
