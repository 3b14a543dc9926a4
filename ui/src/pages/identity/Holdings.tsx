import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useRead } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { Removal } from "../../components/Removal";
import { t } from "../../texts";
import { countHeld, type Held } from "./holding";
import type { Entity } from "./records";

const NEEDS = ["update sys/revoke-issued", "sudo sys/revoke-issued"] as const;

/** What was issued to an entity: tokens and leases, counted without ending any of them. */
export function Holdings({ entity }: { entity: Entity }) {
  const may = useMay(...NEEDS);
  const withdrawal = useParam("withdrawal");
  if (may === false) return <p className="notice">{t("identity.holds_denied")}</p>;
  return (
    <>
      <p className="intro">{t("identity.holds_intro")}</p>
      <Counting entity={entity} />
      <EndAll entity={entity} />
      {withdrawal && <Progress id={withdrawal} />}
    </>
  );
}

function Counting({ entity }: { entity: Entity }) {
  const [sofar, setSofar] = useState<Held | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const count = useMutation<Held, ApiError, void>({
    mutationFn: () => {
      stop.current = new AbortController();
      setSofar(null);
      return countHeld(entity.id, setSofar, stop.current.signal);
    },
  });
  const shown = count.data ?? sofar;
  return (
    <>
      <div className="row">
        <Button onPress={() => count.mutate()} isPending={count.isPending} needs={NEEDS}>
          {t("identity.count")}
        </Button>
        {count.isPending && sofar && <span role="status">{t("identity.counted_so_far", { n: sofar.total })}</span>}
      </div>
      {count.error && <Failure error={count.error} />}
      {shown && (
        <DataTable
          label={t("identity.holds")}
          rows={Object.entries(shown.found).flatMap(([kind, mounts]) => Object.entries(mounts).map(([mount, n]) => ({ kind, mount, n })))}
          idOf={({ kind, mount }) => `${kind} ${mount}`}
          columns={[
            { id: "kind", title: t("identity.kind"), order: ({ kind }) => kind, cell: ({ kind }) => kind },
            { id: "mount", title: t("identity.from_mount"), order: ({ mount }) => mount, cell: ({ mount }) => <span className="code">{mount}</span> },
            { id: "n", title: t("identity.number"), order: ({ n }) => n, cell: ({ n }) => n },
          ]}
          empty={<Empty title={t("identity.holds_nothing")} />}
        />
      )}
      {shown && <p className="description">{t("identity.batch_uncounted")}</p>}
    </>
  );
}

function EndAll({ entity }: { entity: Entity }) {
  const navigate = useNavigate();
  const made = useRef("");
  const act = async () => {
    const { id } = await write<{ id: string }>("sys/revoke-issued", { entity_id: entity.id });
    made.current = id;
  };
  return (
    <div className="row">
      <Removal
        look="danger"
        action={t("identity.end_all")}
        title={t("identity.end_all_title", { name: entity.name })}
        needs={NEEDS}
        act={act}
        done={() => navigate(link("/entities/entity", { id: entity.id, tab: "holds", withdrawal: made.current }), { replace: true })}
        typed={entity.name}
      >
        <p>{t("identity.end_all_text")}</p>
      </Removal>
    </div>
  );
}

interface Withdrawal {
  state: string;
  total: number;
  leases_left: number;
  /** Leases whose revocation fails, with why. */
  failing: Record<string, unknown>[] | null;
}

/** How far a withdrawal is; asked of the server, so that a reload shows it too. */
function Progress({ id }: { id: string }) {
  const [isOver, setIsOver] = useState(false);
  const found = useRead<Withdrawal>(`sys/revoke-issued/${id}`, isOver ? {} : { every: 2000 });
  const state = found.data?.state ?? "";
  useEffect(() => setIsOver(state === "done" || state === "holding" || state === "cancelled"), [state]);
  return (
    <section className="card stack" aria-live="polite">
      <h2>{t("identity.withdrawal")}</h2>
      <Loaded of={found}>
        {(withdrawal) => (
          <dl className="facts">
            <dt>{t("identity.state")}</dt>
            <dd>
              <span className="badge">{withdrawal.state}</span>
            </dd>
            <dt>{t("identity.was_found")}</dt>
            <dd>{withdrawal.total}</dd>
            <dt>{t("identity.leases_left")}</dt>
            <dd>{withdrawal.leases_left}</dd>
            {withdrawal.failing && withdrawal.failing.length > 0 && (
              <>
                <dt>{t("identity.failing")}</dt>
                <dd className="code">{withdrawal.failing.map((each) => JSON.stringify(each)).join("\n")}</dd>
              </>
            )}
          </dl>
        )}
      </Loaded>
    </section>
  );
}
