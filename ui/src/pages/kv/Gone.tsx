import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { join } from "../../api/paths";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Empty } from "../../components/Loaded";
import { told } from "../../components/time";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import type { VersionInfo } from "./basis";
import { needs, type Store } from "./store";
import { VersionBar } from "./VersionBar";

/** What is left of a version that was deleted or destroyed, and the way back where there is one. */
export function Gone({ store, path, info, isChosen }: { store: Store; path: string; info: VersionInfo; isChosen: boolean }) {
  const undelete = useChange(
    () => write(join(store.mount, "undelete", path), { versions: [info.version] }),
    () => toast(t("kv.undeleted", { n: info.version })),
  );
  return (
    <section className="stack">
      <VersionBar store={store} path={path} info={info} isChosen={isChosen} fields={null} />
      <Empty title={t(info.destroyed ? "kv.is_destroyed" : "kv.is_deleted", { n: info.version, when: told(info.deletion_time) ?? "" })}>
        {!info.destroyed && (
          <Button onPress={() => undelete.mutate(undefined)} isPending={undelete.isPending} needs={needs(store, path).undelete}>
            {t("kv.undelete")}
          </Button>
        )}
        {undelete.error && <Failure error={undelete.error} />}
      </Empty>
    </section>
  );
}
