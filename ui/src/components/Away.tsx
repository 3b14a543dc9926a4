import { type ReactNode, useCallback, useEffect, useState } from "react";
import { createPortal } from "react-dom";
import "./Away.css";

interface Props {
  isAway: boolean;
  /** Of the box around what is in it; without one there is none for the layout. */
  className?: string;
  children: ReactNode;
}

/**
 * Takes what is in it out of the document, and keeps it as it is: what was typed, was printed or is to be scanned isn't to
 * be found there while the page is locked, and is there again afterwards.
 */
export function Away({ isAway, className = "away", children }: Props) {
  const [box] = useState(() => document.createElement("div"));
  box.className = className;
  // As a reference, which is there before what is in the box looks for its place, such as for the focus.
  const place = useCallback(
    (here: HTMLDivElement | null) => {
      if (here && !isAway && box.parentNode !== here) here.append(box);
    },
    [box, isAway],
  );
  useEffect(() => {
    // Not sooner: what comes in front notes where the focus was.
    if (isAway) box.remove();
  }, [box, isAway]);
  return (
    <>
      <div ref={place} className="away" />
      {createPortal(children, box)}
    </>
  );
}
