import { type RefObject, useEffect, useRef } from "react";
import { arrives } from "../app/scrolling";
import { t } from "../texts";

/** Where somebody has arrived: in the browser's title, and for a reader of the screen, who hears the heading. */
export function useArrival(title: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.title;
    document.title = title.includes(t("app.name")) ? title : `${title} · ${t("app.name")}`;
    heading.current?.focus({ preventScroll: true });
    arrives();
    return () => {
      document.title = before; // of pages that have stayed behind this one
    };
  }, [title]);
  return heading;
}

/** The heading of a page that stands alone.  A field below it that takes the focus itself gets it. */
export function Title({ children }: { children: string }) {
  return (
    <h1 ref={useArrival(children)} tabIndex={-1}>
      {children}
    </h1>
  );
}
