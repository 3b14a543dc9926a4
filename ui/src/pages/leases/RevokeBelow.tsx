import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Facts } from "../../components/Facts";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Progress } from "../../components/Progress";
import { t } from "../../texts";
import { type Below, left, NOTHING, useBelow } from "./counting";
import { endPath, folderOf, leasesLink, needsOf, revokeLink, STATES } from "./lease";
import { Warnings } from "../../components/Warnings";

/** Ends everything that was made below a path: first how much that is, then how far it is. */
export default function RevokeBelow() {
  const prefix = folderOf(useParam("prefix"));
  const may = useMay(...needsOf(prefix).count);
  const { question, sofar } = useBelow(prefix, may === true && prefix !== "");
  return (
    <>
      <PageHead title={t("leases.revoke_below")} crumbs={[{ text: t("leases.title"), to: leasesLink() }, { text: prefix, to: leasesLink(prefix) }]} intro={t("leases.revoke_intro")} />
      {prefix === "" && <Empty title={t("leases.no_prefix")} />}
      {prefix !== "" && may === false && <p className="notice notice-warn">{t("leases.uncounted")}</p>}
      {prefix !== "" && may && (
        <>
          {question.isFetching && sofar > 10_000 && <p role="status">{t("leases.counted_so_far", { n: sofar })}</p>}
          <Loaded of={question}>{(below) => <Report prefix={prefix} below={below} />}</Loaded>
        </>
      )}
      {prefix !== "" && may !== undefined && (
        <div className="row">
          <End prefix={prefix} below={question.data} isCounting={question.isLoading} />
          <End prefix={prefix} below={question.data} isCounting={question.isLoading} force />
        </div>
      )}
    </>
  );
}

/** What is there, and of what was begun how much is done: all of it is asked of the server, so that a reload changes nothing. */
function Report({ prefix, below }: { prefix: string; below: Below }) {
  const of = Number(useParam("of")) || 0;
  const { toEnd, going, failing } = left(below);
  const rest = toEnd + going;
  return (
    <section className="card stack" aria-label={t("leases.what_is_there")}>
      <h2 className="code">{prefix}</h2>
      <Facts rows={[...STATES.map((state) => [t(`leases.count_${state}`), String(below.leases[state])] as const), [t("leases.count_tokens"), String(below.tokens)]]} />
      {below.ends_own_token && <p className="notice notice-danger">{t("leases.ends_own")}</p>}
      {of > 0 && (
        <div role="status" className="stack">
          <p>{rest === 0 ? t(failing > 0 ? "leases.all_but_failing" : "leases.all_ended", { n: failing }) : going > 0 ? t("leases.going", { n: going }) : t("leases.not_begun", { n: toEnd })}</p>
          <Progress label={t("leases.progress")} value={Math.max(0, of - rest)} most={of} />
        </div>
      )}
    </section>
  );
}

interface Ended {
  prefix: string;
  below: Below | undefined;
  /** Whether it is about to be known how much ends: nobody confirms before. */
  isCounting: boolean;
  force?: boolean;
}

function End({ prefix, below, isCounting, force = false }: Ended) {
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
  const { toEnd, going, failing } = left(below ?? NOTHING);
  // What is being revoked has ended already; by force it is forgotten, too.
  const total = below && (force ? toEnd + going + failing : toEnd);
  const need = needsOf(prefix)[force ? "force" : "revoke"];
  const end = useChange(
    () => send<Envelope<null> | undefined>("POST", endPath(force ? "revoke-force" : "revoke-prefix", prefix), { data: {} }),
    () => setOpen(false),
  );
  const begin = () => {
    // How much there was is in the address before anything ends, so that a reload in the midst of it knows.
    if (below) navigate(revokeLink(prefix, toEnd + going), { replace: true });
    end.mutate(undefined);
  };
  const title = force ? t("leases.force_below") : t("leases.revoke_below");
  const ask = () => {
    end.reset();
    setOpen(true);
  };
  return (
    <>
      <Button look={force ? "plain" : "danger"} onPress={ask} isDisabled={isCounting || total === 0} needs={need}>
        {force ? t("leases.force_all") : !total ? t("leases.revoke_all") : t("leases.revoke_n", { n: total })}
      </Button>
      <Warnings of={end.data?.warnings} />
      {open && (
        <Confirm title={title} isOpen onClose={() => setOpen(false)} action={t(force ? "leases.force" : "leases.revoke")} onConfirm={begin} isPending={end.isPending} error={end.error} typed={prefix}>
          <p>{total === undefined ? t("leases.revoke_unknown") : t("leases.revoke_many", { n: total })}</p>
          <p>{t(force ? "leases.force_text" : "leases.revoke_text")}</p>
          {below?.ends_own_token && <p className="notice notice-danger">{t("leases.ends_own")}</p>}
        </Confirm>
      )}
    </>
  );
}
