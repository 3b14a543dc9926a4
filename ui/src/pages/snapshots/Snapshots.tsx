import { LinkButton } from "../../components/Button";
import { May } from "../../components/May";
import { OpenByName } from "../../components/OpenByName";
import { PageHead } from "../../components/PageHead";
import { RootOnly } from "../../components/RootOnly";
import { t } from "../../texts";
import { Freeze } from "./Freeze";
import { LoadedOnes } from "./LoadedOnes";
import { Schedules } from "./Schedules";
import { LOAD, may, SCHEDULES, scheduleLink, SNAPSHOT } from "./snapshot";
import { Take } from "./Take";

/** Snapshots: taken now and by schedule, looked into, and restored. */
export default function Snapshots() {
  return (
    <RootOnly title={t("snapshots.title")}>
      <PageHead title={t("snapshots.title")} intro={t("snapshots.intro")}>
        <LinkButton to={scheduleLink()} needs={may("update", `${SCHEDULES}/new`)}>
          {t("snapshots.new_schedule")}
        </LinkButton>
        <LinkButton to="/snapshots/restore" needs={may("update", SNAPSHOT)}>
          {t("snapshots.restore")}
        </LinkButton>
      </PageHead>
      <May needs={["read sys/restore"]}>
        <Freeze />
      </May>
      <Take />
      <May needs={may("list", SCHEDULES)} otherwise={<OpenByName label={t("snapshots.by_name")} description={t("snapshots.by_name_hint")} to={scheduleLink} />}>
        <Schedules />
      </May>
      <May needs={may("list", LOAD)}>
        <LoadedOnes />
      </May>
    </RootOnly>
  );
}
