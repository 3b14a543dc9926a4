import { type ReactNode, useContext, useEffect, useState } from "react";
import { OverlayTriggerStateContext, Popover } from "react-aria-components";
import { useSession } from "../api/hooks";

/** A list in front of the page.  It closes when the session is locked: it would stay in front of the login, too. */
export function ListPopover({ children }: { children: ReactNode }) {
  return (
    <Popover className="popover">
      <ClosesWithPages />
      {children}
    </Popover>
  );
}

function ClosesWithPages() {
  const state = useContext(OverlayTriggerStateContext);
  const { interrupted } = useSession();
  const [before] = useState(interrupted); // the login has lists of its own
  useEffect(() => {
    if (interrupted !== before) state?.close();
  }, [interrupted, before, state]);
  return null;
}
