import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { RootOnly } from "../../components/RootOnly";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { Configuration } from "./Configuration";
import { Machine } from "./Machine";
import { Present } from "./Present";
import { Requests } from "./Requests";
import { Versions } from "./Versions";

/** The nodes of the store, and what the one that answers is doing. */
export default function Nodes() {
  const may = {
    requests: useMay("read sys/in-flight-req"),
    machine: useMay("read sys/host-info"),
    configuration: useMay("read sys/config/state/sanitized"),
    versions: useMay("list sys/version-history"),
  };
  const tabs = [
    { id: "nodes", title: t("nodes.tab_nodes"), content: <Present /> },
    ...(may.requests ? [{ id: "requests", title: t("nodes.tab_requests"), content: <Requests /> }] : []),
    ...(may.machine ? [{ id: "machine", title: t("nodes.tab_machine"), content: <Machine /> }] : []),
    ...(may.configuration ? [{ id: "configuration", title: t("nodes.tab_configuration"), content: <Configuration /> }] : []),
    ...(may.versions ? [{ id: "versions", title: t("nodes.tab_versions"), content: <Versions /> }] : []),
  ];
  return (
    <RootOnly title={t("nodes.title")}>
      <PageHead title={t("nodes.title")} intro={t("nodes.intro")}>
        <StepDown />
      </PageHead>
      <PageTabs label={t("nodes.title")} tabs={tabs} />
    </RootOnly>
  );
}

function StepDown() {
  const [open, setOpen] = useState(false);
  const act = useChange(
    () => write("sys/step-down", {}),
    () => {
      setOpen(false);
      toast(t("nodes.stepped_down"));
    },
  );
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={["update sys/step-down", "sudo sys/step-down"]}>
        {t("nodes.step_down")}
      </Button>
      {open && (
        <Confirm title={t("nodes.step_down_title")} isOpen onClose={() => setOpen(false)} action={t("nodes.step_down")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error}>
          <p>{t("nodes.step_down_text")}</p>
        </Confirm>
      )}
    </>
  );
}
