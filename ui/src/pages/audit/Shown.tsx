import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useMay } from "../../api/capabilities";
import { remove } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useChange, useSession } from "../../api/hooks";
import { useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Facts } from "../../components/Facts";
import { Empty, Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { PageHead } from "../../components/PageHead";
import { RootOnly } from "../../components/RootOnly";
import { Secret } from "../../components/Secret";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { readDevice } from "./Audit";
import { Chain } from "./Chain";
import { type Device, devicePath, hashPath, healthOf, isInFile, LIST, mayDisable, mayReadChain } from "./device";
import { HealthBadge } from "./HealthBadge";
import { maySearch, searchLink } from "./log/logged";
import { Look } from "./Look";
import { useMetrics } from "./metrics";

const crumbs = () => [{ text: t("audit.title"), to: "/audit" }];

/** A device; null if there is none of that path. */
function useDevice(path: string, enabled = true) {
  return useQuery<Device | null, ApiError>({ queryKey: keyOf("GET", "sys/audit", { device: path }), queryFn: ({ signal }) => readDevice(path, signal), enabled });
}

/** One audit device: how it is, what its log shows, and its end. */
export default function Shown() {
  const path = `${useParam("path").replace(/\/$/, "")}/`;
  const { namespace } = useSession();
  const mayList = useMay(...LIST);
  const found = useDevice(path, namespace === "" && mayList === true);
  if (found.data === null)
    return (
      <RootOnly title={path}>
        <PageHead title={path} crumbs={crumbs()} />
        <Empty title={t("audit.no_device", { path })} />
      </RootOnly>
    );
  return (
    <RootOnly title={path}>
      <PageHead title={path} crumbs={crumbs()}>
        <Disable path={path} />
      </PageHead>
      <May needs={LIST} otherwise={<ToSearch path={path} />}>
        <About path={path} />
      </May>
      <May needs={[`update ${hashPath(path)}`]} otherwise={<p>{t("audit.no_hash")}</p>}>
        <Look path={path} />
      </May>
      <May needs={mayReadChain(path)}>
        <Chain key={path} path={path} />
      </May>
    </RootOnly>
  );
}

function About({ path }: { path: string }) {
  const found = useDevice(path);
  const metrics = useMetrics();
  return (
    <Loaded of={found}>
      {(device) => {
        if (!device) return null;
        const health = metrics.data ? healthOf(metrics.data, path) : null;
        return (
          <section className="card stack">
            <Facts
              rows={[
                [t("audit.type"), device.type],
                [t("audit.description"), device.description],
                [t("audit.health"), <HealthBadge key="health" health={health} />],
                [t("audit.failures"), health?.failures],
                [t("audit.waiting"), health?.waiting === null ? null : health && t("audit.bytes", { n: health.waiting })],
                ...Object.entries(device.options).map(([name, value]): [string, ReactNode] => [name, <OptionValue key={name} name={name} value={value} />]),
              ]}
            />
            {isInFile(device) && <ToSearch path={path} />}
          </section>
        );
      }}
    </Loaded>
  );
}

/** Headers that are sent may hold credentials. */
function OptionValue({ name, value }: { name: string; value: string }) {
  return name === "headers" ? <Secret value={value} name={name} /> : <span className="code">{value}</span>;
}

function ToSearch({ path }: { path: string }) {
  return (
    <div className="row">
      <LinkButton to={searchLink(path)} needs={maySearch(path)}>
        {t("audit.search_log")}
      </LinkButton>
    </div>
  );
}

function Disable({ path }: { path: string }) {
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
  const act = useChange(
    () => remove(devicePath(path)),
    () => {
      toast(t("audit.disabled", { path }));
      setOpen(false);
      navigate("/audit");
    },
  );
  return (
    <>
      <Button look="danger" onPress={() => setOpen(true)} needs={mayDisable(path)}>
        {t("audit.disable")}
      </Button>
      {open && (
        <Confirm title={t("audit.disable_title", { path })} isOpen onClose={() => setOpen(false)} action={t("audit.disable")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} typed={path.replace(/\/$/, "")}>
          <p>{t("audit.disable_text")}</p>
        </Confirm>
      )}
    </>
  );
}
