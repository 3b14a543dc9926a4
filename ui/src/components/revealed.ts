import { useEffect, useState } from "react";
import { useSession } from "../api/hooks";

/** Whether something secret is shown.  It is hidden again once the session is locked: nothing of it stays in the page below. */
export function useRevealed(atFirst = false): [isShown: boolean, show: (isShown: boolean) => void] {
  const [isShown, setIsShown] = useState(atFirst);
  const { interrupted } = useSession();
  useEffect(() => {
    if (interrupted) setIsShown(false);
  }, [interrupted]);
  return [isShown, setIsShown];
}
