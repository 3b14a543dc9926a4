import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ProgressBar, Label } from "react-aria-components";
import { useMay } from "../../api/capabilities";
import { read, send, write } from "../../api/client";
import { ApiError } from "../../api/errors";
import { keyOf, useChange } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { Removal } from "../../components/Removal";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { apiPath, type Place } from "./place";

interface SealStatus {
  sealed: boolean;
  t: number;
  n: number;
  progress: number;
}

/** The state of a namespace's own seal; null for one that has none. */
function useStatus(place: Place) {
  const path = apiPath(place, "seal-status");
  return useQuery<SealStatus | null, ApiError>({
    queryKey: keyOf("GET", path),
    queryFn: async ({ signal }) => {
      try {
        return await read<SealStatus>(path, { signal });
      } catch (error) {
        if (error instanceof ApiError && error.errors.some((text) => text.includes("not sealable"))) return null;
        throw error;
      }
    },
    refetchInterval: ({ state }) => (state.data?.sealed ? 3_000 : false),
  });
}

/** Opens and closes a namespace that has key shares of its own. */
export function Sealing({ place }: { place: Place }) {
  const status = useStatus(place);
  return (
    <>
      <p className="intro">{t("namespaces.seal_intro")}</p>
      <Loaded of={status}>{(found) => (found === null ? <p>{t("namespaces.no_seal")}</p> : found.sealed ? <Sealed place={place} status={found} /> : <Open place={place} status={found} />)}</Loaded>
    </>
  );
}

function Open({ place, status }: { place: Place; status: SealStatus }) {
  const path = apiPath(place, "seal");
  return (
    <section className="card stack">
      <p>
        <span className="badge badge-good">{t("namespaces.unsealed")}</span> {t("namespaces.shares_of", { t: status.t, n: status.n })}
      </p>
      <div className="row">
        <Removal look="danger" action={t("namespaces.seal")} title={t("namespaces.seal_title", { name: place.path })} needs={`update ${path}`} act={() => write(path, {})} done={() => toast(t("namespaces.was_sealed", { name: place.path }))}>
          <p>{t("namespaces.seal_text")}</p>
        </Removal>
      </div>
    </section>
  );
}

function Sealed({ place, status }: { place: Place; status: SealStatus }) {
  const [share, setShare] = useState("");
  const path = apiPath(place, "unseal");
  const may = useMay(`update ${path}`);
  const enter = useChange(
    (body: { key: string } | { reset: true }) => send("POST", path, { data: body }),
    () => setShare(""),
  );
  return (
    <>
      <SubmitForm onSubmit={() => enter.mutate({ key: share.trim() })}>
        <p>
          <span className="badge badge-warn">{t("namespaces.sealed")}</span> {t("namespaces.shares_of", { t: status.t, n: status.n })}
        </p>
        <ProgressBar value={status.progress} maxValue={status.t} valueLabel={`${status.progress} / ${status.t}`} className="row">
          {({ valueText }) => (
            <>
              <Label>{t("start.progress")}</Label>
              <span>{valueText}</span>
            </>
          )}
        </ProgressBar>
        {may && <TextField label={t("start.share")} description={t("namespaces.share_hint")} type="password" value={share} onChange={setShare} isRequired />}
        {enter.error && <Failure error={enter.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={enter.isPending} isDisabled={share.trim() === ""} needs={`update ${path}`}>
            {t("start.enter_share")}
          </Button>
          {status.progress > 0 && (
            <Button onPress={() => enter.mutate({ reset: true })} needs={`update ${path}`}>
              {t("start.reset")}
            </Button>
          )}
        </div>
      </SubmitForm>
      <Lost place={place} />
    </>
  );
}

/** The end of a namespace of which the shares are lost. */
function Lost({ place }: { place: Place }) {
  const [force, setForce] = useState(false);
  const navigate = useNavigate();
  const path = apiPath(place, "delete-sealed");
  const done = () => {
    toast(t("namespaces.deleted", { name: place.path }));
    navigate("/namespaces");
  };
  return (
    <div className="row">
      <Removal look="danger" action={t("namespaces.lost")} title={t("namespaces.lost_title", { name: place.path })} needs={[`delete ${path}`, `sudo ${path}`]} act={() => send("DELETE", path, { query: { force: force || undefined } })} done={done} typed={place.name}>
        <p>{t("namespaces.lost_text")}</p>
        <Checkbox label={t("namespaces.lost_force")} value={force} onChange={setForce} />
      </Removal>
    </div>
  );
}
