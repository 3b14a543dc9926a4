import type { ReactNode } from "react";
import { useRead } from "../api/hooks";
import { Anchor } from "../components/Button";
import { Empty } from "../components/Loaded";
import { engineAt, isOfPage } from "../pages/engines";
import type { Mount } from "../pages/secrets/Mounts";
import { t } from "../texts";
import { useParam } from "./location";

/**
 * A page, if the mount that its address names is of the engine that the page is for.
 *
 * A link could name another one otherwise, and have what is typed on the page sent there: a text to be encrypted would
 * be stored where others read it.
 */
export function OfEngine({ at, children }: { at: string; children: ReactNode }) {
  const mount = useParam("mount");
  const page = engineAt(at);
  const { data } = useRead<Mount & { path: string }>(`sys/internal/ui/mounts/${mount}`, { enabled: page !== undefined && mount !== "" });
  if (page !== undefined && data && !isOfPage(page, mount, data))
    return (
      <Empty title={t("engine.other", { mount })}>
        <Anchor to="/secrets">{t("secrets.title")}</Anchor>
      </Empty>
    );
  return children;
}
