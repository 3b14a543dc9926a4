import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { link, useNavigate } from "../../app/location";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Empty } from "../../components/Loaded";
import { Removal } from "../../components/Removal";
import { t } from "../../texts";
import { countHeld, type Held } from "./holding";
import type { Entity } from "./records";

const NEEDS = ["update sys/revoke-issued", "sudo sys/revoke-issued"] as const;

/** What was issued to an entity: tokens and leases, counted without ending any of them. */
export function Holdings({ entity }: { entity: Entity }) {
  const may = useMay(...NEEDS);
  if (may === false) return <p className="notice">{t("identity.holds_denied")}</p>;
  return (
    <>
      <p className="intro">{t("identity.holds_intro")}</p>
      <Counting entity={entity} />
      <EndAll entity={entity} />
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

/** Ends what it holds; how far that is, the report of the withdrawal shows. */
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
        done={() => navigate(link("/break-glass/report", { id: made.current }))}
        typed={entity.name}
      >
        <p>{t("identity.end_all_text")}</p>
      </Removal>
    </div>
  );
}
