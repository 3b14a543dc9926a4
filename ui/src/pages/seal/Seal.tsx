import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { send, write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useChange } from "../../api/hooks";
import { type SealStatus, useSealStatus } from "../../api/state";
import { Button, LinkButton } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Facts } from "../../components/Facts";
import { Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { exact } from "../../components/Moment";
import { PageHead } from "../../components/PageHead";
import { RootOnly } from "../../components/RootOnly";
import { t } from "../../texts";
import { REKEY, ROOT_TOKEN } from "./ceremony";
import { Keyring } from "./Keyring";
import { RootKey } from "./RootKey";
import "./Seal.css";

interface Backends {
  healthy: boolean;
  backends: { name: string; healthy: boolean; unhealthy_since?: string }[];
}

/** How the server is opened, and the keys behind that. */
export default function Seal() {
  const status = useSealStatus();
  return (
    <RootOnly title={t("seal.title")}>
      <PageHead title={t("seal.title")} intro={t("seal.intro")}>
        <LinkButton to="/seal/rekey" needs={`read ${REKEY}/init`}>
          {t("seal.rekey")}
        </LinkButton>
        <LinkButton to="/seal/root" needs={`read ${ROOT_TOKEN}/attempt`}>
          {t("seal.root_token")}
        </LinkButton>
        <SealNow />
      </PageHead>
      <Loaded of={status}>{(found) => <Status status={found} />}</Loaded>
      <May needs={["read sys/key-status"]}>
        <Keyring />
      </May>
      <May needs={[`update ${REKEY}`, `sudo ${REKEY}`]}>
        <RootKey />
      </May>
    </RootOnly>
  );
}

function Status({ status }: { status: SealStatus }) {
  const backends = useQuery<Backends, ApiError>({ queryKey: ["seal-backends"], queryFn: ({ signal }) => send<Backends>("GET", "sys/seal-backend-status", { token: "", namespace: "", signal }), refetchInterval: 30_000 });
  return (
    <section className="card stack">
      <h2>{t("seal.status")}</h2>
      <Facts
        rows={[
          [t("seal.state"), <span key="state" className={`badge ${status.sealed ? "badge-danger" : "badge-good"}`}>{t(status.sealed ? "seal.sealed" : "seal.open")}</span>],
          [t("seal.type"), status.type],
          [t("seal.shares"), t("seal.shares_of", { t: status.t, n: status.n })],
          [t("seal.backends"), backends.data && <Health key="health" found={backends.data} />],
          [t("seal.cluster"), status.cluster_name],
          [t("seal.cluster_id"), status.cluster_id && <span className="code">{status.cluster_id}</span>],
          [t("seal.storage"), status.storage_type],
          [t("seal.version"), status.version],
          [t("seal.migration"), status.migration ? t("common.yes") : null],
        ]}
      />
    </section>
  );
}

function Health({ found }: { found: Backends }) {
  return (
    <ul className="plain">
      {found.backends.map(({ name, healthy, unhealthy_since: since }) => (
        <li key={name}>
          <span className={`badge ${healthy ? "badge-good" : "badge-danger"}`}>{t(healthy ? "seal.healthy" : "seal.unhealthy", { name })}</span> {exact(since)}
        </li>
      ))}
    </ul>
  );
}

function SealNow() {
  const [open, setOpen] = useState(false);
  const act = useChange(
    () => write("sys/seal", {}),
    () => setOpen(false),
  );
  const word = t("seal.word");
  return (
    <>
      <Button look="danger" onPress={() => setOpen(true)} needs={["update sys/seal", "sudo sys/seal"]}>
        {t("seal.seal")}
      </Button>
      {open && (
        <Confirm title={t("seal.seal_title")} isOpen onClose={() => setOpen(false)} action={t("seal.seal")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} typed={word}>
          <p>{t("seal.seal_text")}</p>
          <p>{t("seal.seal_nodes")}</p>
        </Confirm>
      )}
    </>
  );
}
