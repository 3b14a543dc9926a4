import type { ReactNode } from "react";
import { useSession } from "../api/hooks";
import { session } from "../api/session";
import { t } from "../texts";
import { Button } from "./Button";
import { Empty } from "./Loaded";
import { PageHead } from "./PageHead";

/** A page of the whole server: in a namespace, it says so and shows the way. */
export function RootOnly({ title, children }: { title: string; children: ReactNode }) {
  const { namespace } = useSession();
  if (namespace === "") return children;
  return (
    <>
      <PageHead title={title} />
      <Empty title={t("operations.root_only", { namespace })}>
        <Button onPress={() => session.enter("")}>{t("operations.to_root")}</Button>
      </Empty>
    </>
  );
}
