import { useState } from "react";
import { useMay } from "../../../api/capabilities";
import { write } from "../../../api/client";
import { useChange } from "../../../api/hooks";
import { useNavigate, useShown } from "../../../app/location";
import { Button } from "../../../components/Button";
import { Confirm } from "../../../components/Dialog";
import { Checkbox, TextField } from "../../../components/Field";
import { Loaded } from "../../../components/Loaded";
import { PageHead } from "../../../components/PageHead";
import { SubmitForm } from "../../../components/SubmitForm";
import { t } from "../../../texts";
import { Counted } from "./Counted";
import { usePlan } from "./planning";
import { bodyOf, BREAK_GLASS, countedLink, listLink, type Plan, reportLink, type Selection, selectionIn, type Selector, selects } from "./withdrawal";

/** Takes back what was issued to somebody: first whose, then how much that is, and only then for good. */
export default function New() {
  const shown = useShown();
  const selection = selectionIn(shown);
  const may = useMay(...BREAK_GLASS.make);
  return (
    <>
      <PageHead title={t("withdrawals.new")} crumbs={[{ text: t("withdrawals.title"), to: listLink() }]} intro={t("withdrawals.new_intro")} />
      {may === false && <p className="notice">{t("withdrawals.not_allowed")}</p>}
      {may && (
        <>
          <Form key={shown.toString()} selection={selection} />
          {/* What is confirmed is what was counted: both go by the address, and not by what is being typed. */}
          {shown.get("counted") === "yes" && selects(selection) && <Counting key={shown.toString() + "plan"} selection={selection} />}
        </>
      )}
    </>
  );
}

const WHOSE: readonly Selector[] = ["network", "accessor", "entity_id", "mount", "alias", "role"];
const WHEN: readonly Selector[] = ["since", "until"];

function Form({ selection }: { selection: Selection }) {
  const [wanted, setWanted] = useState(selection);
  const navigate = useNavigate();
  const field = (name: Selector) => (
    <TextField
      key={name}
      label={t(`withdrawals.by_${name}`)}
      description={t(`withdrawals.by_${name}_hint`)}
      value={wanted[name]}
      onChange={(text) => setWanted({ ...wanted, [name]: text })}
      isDisabled={name === "until" && wanted.block}
      code
    />
  );
  return (
    <SubmitForm onSubmit={() => navigate(countedLink(wanted.block ? { ...wanted, until: "" } : wanted))}>
      <div className="grid">{WHOSE.map(field)}</div>
      <div className="grid">{WHEN.map(field)}</div>
      <Checkbox label={t("withdrawals.block")} description={t("withdrawals.block_hint")} value={wanted.block} onChange={(block) => setWanted({ ...wanted, block })} />
      <Checkbox label={t("withdrawals.keep")} description={t("withdrawals.keep_hint")} value={wanted.keepUndetermined} onChange={(keepUndetermined) => setWanted({ ...wanted, keepUndetermined })} />
      <div className="row">
        <Button type="submit" look="primary" isDisabled={!selects(wanted)} needs={BREAK_GLASS.make}>
          {t("withdrawals.dry_run")}
        </Button>
      </div>
    </SubmitForm>
  );
}

function Counting({ selection }: { selection: Selection }) {
  const { question, sofar } = usePlan(selection);
  return (
    <section className="stack" aria-label={t("withdrawals.plan")}>
      <h2>{t("withdrawals.plan")}</h2>
      {question.isFetching && sofar > 0 && <p role="status">{t("leases.counted_so_far", { n: sofar })}</p>}
      <Loaded of={question}>{(plan) => <Planned selection={selection} plan={plan} />}</Loaded>
    </section>
  );
}

function Planned({ selection, plan }: { selection: Selection; plan: Plan }) {
  const [open, setOpen] = useState(false);
  const [own, setOwn] = useState(false);
  const navigate = useNavigate();
  const act = useChange(
    () => write<{ id: string }>("sys/revoke-issued", { ...bodyOf(selection), ...(own && { including_own: true }) }),
    ({ id }) => navigate(reportLink(id)),
  );
  const ask = () => {
    act.reset();
    setOpen(true);
  };
  return (
    <>
      <p role="status">{t("withdrawals.would_end", { n: plan.total })}</p>
      <Counted found={plan.found} undetermined={plan.undetermined} empty={t("withdrawals.nothing_found")} />
      <p>{t("withdrawals.batch")}</p>
      {plan.ends_own_token && (
        <div className="notice notice-danger">
          <div>
            <p>{t("leases.ends_own")}</p>
            <Checkbox label={t("withdrawals.own")} value={own} onChange={setOwn} />
          </div>
        </div>
      )}
      <div className="row">
        <Button look="danger" onPress={ask} isDisabled={plan.ends_own_token && !own} needs={BREAK_GLASS.make}>
          {t("withdrawals.do")}
        </Button>
      </div>
      {open && (
        <Confirm title={t("withdrawals.do")} isOpen onClose={() => setOpen(false)} action={t("withdrawals.do")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} typed={t("withdrawals.word")}>
          <p>{t("withdrawals.would_end", { n: plan.total })}</p>
          <p>{t(selection.block ? "withdrawals.do_and_block" : "withdrawals.do_text")}</p>
        </Confirm>
      )}
    </>
  );
}
