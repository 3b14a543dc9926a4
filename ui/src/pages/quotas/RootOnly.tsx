import { session } from "../../api/session";
import { Button } from "../../components/Button";
import { Empty } from "../../components/Loaded";
import { t } from "../../texts";

/** Where there are no quotas: they are the root namespace's, also those for others. */
export function RootOnly() {
  return (
    <Empty title={t("quotas.root_only")}>
      <Button onPress={() => session.enter("")}>{t("quotas.to_root")}</Button>
    </Empty>
  );
}
