import type { ReactNode } from "react";
import { useRead } from "../../api/hooks";
import { LinkButton } from "../../components/Button";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { partsOfMount, settingsLink, tunePath } from "../mounts/table";
import type { Mount } from "../secrets/Mounts";
import { engineLink } from "./engine";

/** The top of an engine's first page: what it is, and the ways to its settings and to all of its paths. */
export function EngineHead({ mount, intro, children }: { mount: string; intro: string; children?: ReactNode }) {
  const about = useRead<Mount>(`sys/internal/ui/mounts/${mount}`);
  const { table, path } = partsOfMount(mount);
  return (
    <PageHead title={mount} intro={about.data?.description || intro} crumbs={[{ text: t("secrets.title"), to: "/secrets" }]}>
      {children}
      <LinkButton to={engineLink(mount)}>{t("engine.all_paths")}</LinkButton>
      <LinkButton to={settingsLink(table, path)} needs={`read ${tunePath(table, path)}`}>
        {t("mounts.settings")}
      </LinkButton>
    </PageHead>
  );
}
