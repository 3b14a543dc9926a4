import type { ReactNode } from "react";
import { useSession } from "../api/hooks";
import { session } from "../api/session";
import { t } from "../texts";
import { Button } from "./Button";
import { Empty } from "./Loaded";
import { PageHead } from "./PageHead";

interface Props {
  title: string;
  /** Instead of that the page belongs to the whole server. */
  why?: string;
  children: ReactNode;
}

/** A page of the whole server: in a namespace, it says so and shows the way. */
export function RootOnly({ title, why, children }: Props) {
  const { namespace } = useSession();
  if (namespace === "") return children;
  return (
    <>
      <PageHead title={title} />
      <Empty title={why ?? t("operations.root_only", { namespace })}>
        <Button onPress={() => session.enter("")}>{t("operations.to_root")}</Button>
      </Empty>
    </>
  );
}
