import { t } from "../texts";
import { LinkButton } from "./Button";

/** The ways through a list that the server gives in pages: each page has an address, so that the browser's "back" goes back. */
export function Paging({ first, next }: { first?: string | undefined; next?: string | undefined }) {
  if (!first && !next) return null;
  return (
    <nav className="row" aria-label={t("common.pages")}>
      {first && <LinkButton to={first}>{t("common.first_page")}</LinkButton>}
      {next && <LinkButton to={next}>{t("common.next_page")}</LinkButton>}
      <span className="description">{t("common.page_alone")}</span>
    </nav>
  );
}
