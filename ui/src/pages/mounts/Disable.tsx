import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../api/capabilities";
import { remove, send, write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useChange, useSession } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { Checkbox } from "../../components/Field";
import { Loading } from "../../components/Loaded";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { listLink, mountNeeds, mountPath, prefixOf, type Table } from "./table";
import "./mounts.css";

/** What can't be disabled: the server has one of each. */
const FIXED = new Set(["sys/", "identity/", "cubbyhole/", "auth/token/"]);

/** Disables a mount, after showing what goes with it. */
export function Disable({ table, path }: { table: Table; path: string }) {
  const [open, setOpen] = useState(false);
  if (FIXED.has(prefixOf(table, path))) return null;
  return (
    <>
      <Button look="danger" onPress={() => setOpen(true)} needs={mountNeeds("delete", table, path)}>
        {t("mounts.disable")}
      </Button>
      {open && <Disabling table={table} path={path} onClose={() => setOpen(false)} />}
    </>
  );
}

function Disabling({ table, path, onClose }: { table: Table; path: string; onClose: () => void }) {
  const [force, setForce] = useState(false);
  const navigate = useNavigate();
  const prefix = prefixOf(table, path).replace(/\/$/, "");
  const forcing = `sys/leases/revoke-force/${prefix}`;
  const mayForce = useMay(`update ${forcing}`, `sudo ${forcing}`);
  const act = useChange(
    async () => {
      if (force) await send("POST", forcing, { data: {} });
      await remove(mountPath(table, path));
    },
    () => {
      toast(t("mounts.disabled", { path }));
      onClose();
      navigate(listLink(table));
    },
  );
  return (
    <Confirm title={t("mounts.disable_title", { path })} isOpen onClose={onClose} action={t("mounts.disable")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} typed={path.replace(/\/$/, "")}>
      <p>{t(table === "auth" ? "mounts.disable_auth" : "mounts.disable_secret")}</p>
      <Lost mount={`${prefix}/`} />
      {act.error && mayForce && <Checkbox label={t("mounts.force")} description={t("mounts.force_hint")} value={force} onChange={setForce} />}
    </Confirm>
  );
}

interface Counted {
  /** By kind, then by mount. */
  found: Record<string, Record<string, number>>;
  total: number;
  complete: boolean;
}

const KINDS = ["leases", "tokens", "wrapped_answers"] as const;

/** What was issued by a mount and ends with it, as the server counts it without ending anything. */
function Lost({ mount }: { mount: string }) {
  const { user, namespace, interrupted } = useSession();
  const may = useMay("update sys/revoke-issued", "sudo sys/revoke-issued");
  const counted = useQuery<Counted, ApiError>({
    queryKey: ["lost", user, namespace, mount],
    queryFn: () => write<Counted>("sys/revoke-issued", { mount, dry_run: true }),
    enabled: may === true && interrupted === null,
  });
  if (!may) return null;
  if (counted.error) return <Failure error={counted.error} />;
  if (!counted.data) return <Loading />;
  const { found, total, complete } = counted.data;
  if (total === 0) return <p>{t("mounts.lost_nothing")}</p>;
  return (
    <div className="notice notice-warn">
      <ul className="lost" aria-label={t("mounts.lost")}>
        {Object.entries(found).map(([kind, counts]) => (
          <li key={kind}>{wordsOf(kind, Object.values(counts).reduce((sum, n) => sum + n, 0))}</li>
        ))}
        {!complete && <li>{t("mounts.lost_more")}</li>}
      </ul>
    </div>
  );
}

function wordsOf(kind: string, n: number): string {
  const known = KINDS.find((each) => each === kind);
  return known ? t(`mounts.lost_${known}`, { n }) : `${kind}: ${n}`;
}
