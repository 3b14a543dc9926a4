import type { ReactNode } from "react";
import { t } from "../texts";
import { Anchor } from "./Button";
import { useArrival } from "./Title";

interface Crumb {
  text: string;
  to: string;
}

/** The top of a page: the way to it, its title, and what can be done here. */
export function PageHead({ title, crumbs = [], children, intro }: { title: string; crumbs?: readonly Crumb[]; children?: ReactNode; intro?: ReactNode }) {
  const heading = useArrival(title);
  return (
    <header className="page-head">
      {crumbs.length > 0 && (
        <nav aria-label={t("app.way")}>
          <ol className="crumbs">
            {crumbs.map((crumb) => (
              <li key={crumb.to}>
                <Anchor to={crumb.to}>{crumb.text}</Anchor>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className="page-title">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <div className="actions">{children}</div>
      </div>
      {intro && <p className="intro">{intro}</p>}
    </header>
  );
}
