import { useMay } from "../../api/capabilities";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { RootOnly } from "../../components/RootOnly";
import { t } from "../../texts";
import { Live } from "./Live";
import { Loggers } from "./Loggers";

/** The server's log while it is written, and how much of it there is. */
export default function Log() {
  const live = useMay("read sys/monitor");
  const loggers = useMay("read sys/loggers");
  const tabs = [
    ...(live ? [{ id: "live", title: t("nodes.live"), content: <Live /> }] : []),
    ...(loggers ? [{ id: "loggers", title: t("nodes.loggers"), content: <Loggers /> }] : []),
  ];
  return (
    <RootOnly title={t("nodes.log")}>
      <PageHead title={t("nodes.log")} intro={t("nodes.log_intro")} />
      {tabs.length > 0 && <PageTabs label={t("nodes.log")} tabs={tabs} />}
      {live === false && loggers === false && <p>{t("nodes.no_log")}</p>}
    </RootOnly>
  );
}
