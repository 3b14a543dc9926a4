import { useState } from "react";
import type { Fields } from "../../../api/client";
import { useNavigate, useParam, useShown } from "../../../app/location";
import { Button, LinkButton } from "../../../components/Button";
import { Failure } from "../../../components/Failure";
import { Select, TextField } from "../../../components/Field";
import { May } from "../../../components/May";
import { PageHead } from "../../../components/PageHead";
import { Progress } from "../../../components/Progress";
import { RootOnly } from "../../../components/RootOnly";
import { SubmitForm } from "../../../components/SubmitForm";
import { told } from "../../../components/time";
import { t } from "../../../texts";
import { deviceLink } from "../device";
import { bodyOf, type Filter, FILTERS, type Filters, filtersIn, maySearch, OUTCOMES, searchLink } from "./logged";
import { Requests } from "./Requests";
import { useSearch } from "./useSearch";

/** Who asked for what, by the log of a device. */
export default function Search() {
  const device = `${useParam("path").replace(/\/$/, "")}/`;
  const shown = useShown();
  const filters = filtersIn(shown);
  // A value may be secret, so the address hasn't got it: it belongs to the address with which it was asked for.
  const [asked, setAsked] = useState({ value: "", address: "", times: 0 });
  const navigate = useNavigate();
  const crumbs = [
    { text: t("audit.title"), to: "/audit" },
    { text: device, to: deviceLink(device) },
  ];
  const here = searchLink(device, filters);
  const value = asked.address === here ? asked.value : "";
  const isAsked = asked.address === here || FILTERS.some((name) => filters[name]);
  return (
    <RootOnly title={t("audit.search_log")}>
      <PageHead title={t("audit.search_log")} intro={t("audit.search_log_intro")} crumbs={crumbs} />
      <May needs={maySearch(device)} otherwise={<p className="notice">{t("audit.no_search")}</p>}>
        <Ready device={device} />
        <Form
          key={shown.toString()}
          device={device}
          filters={filters}
          onSearch={(wanted, secret) => {
            setAsked({ value: secret, address: searchLink(device, wanted), times: asked.times + 1 });
            navigate(searchLink(device, wanted));
          }}
        />
        {isAsked && <Found key={`${shown} ${asked.times}`} device={device} body={bodyOf(filters, value)} />}
      </May>
    </RootOnly>
  );
}

/** Questions that are asked often. */
function Ready({ device }: { device: string }) {
  return (
    <div className="row">
      <LinkButton to={searchLink(device, { request_path: "auth/+/login*", since: "24h" })} needs={maySearch(device)}>
        {t("audit.ready_logins")}
      </LinkButton>
      <LinkButton to={searchLink(device, { outcome: "denied", since: "24h" })} needs={maySearch(device)}>
        {t("audit.ready_denied")}
      </LinkButton>
      <LinkButton to={searchLink(device, { request_path: "sys/*", operation: "update", since: "24h" })} needs={maySearch(device)}>
        {t("audit.ready_changes")}
      </LinkButton>
    </div>
  );
}

const TEXTS = ["request_path", "name", "operation", "since", "until", "remote_address", "request_id"] as const satisfies readonly Filter[];

function Form({ device, filters, onSearch }: { device: string; filters: Filters; onSearch: (filters: Filters, value: string) => void }) {
  const [wanted, setWanted] = useState(filters);
  const [value, setValue] = useState("");
  const set = (name: Filter) => (text: string) => setWanted({ ...wanted, [name]: text });
  return (
    <SubmitForm onSubmit={() => onSearch(wanted, value)}>
      <div className="grid">
        {TEXTS.map((name) => (
          <TextField key={name} label={t(`audit.by_${name}`)} description={t(`audit.by_${name}_hint`)} value={wanted[name]} onChange={set(name)} code />
        ))}
        <Select label={t("audit.outcome")} value={wanted.outcome || "any"} onChange={(outcome) => set("outcome")(outcome === "any" ? "" : outcome)} choices={[{ id: "any", label: t("audit.any") }, ...OUTCOMES.map((id) => ({ id, label: id }))]} />
        <TextField label={t("audit.value")} description={t("audit.by_value_hint")} type="password" value={value} onChange={setValue} />
      </div>
      <div className="row">
        <Button type="submit" look="primary" needs={maySearch(device)}>
          {t("audit.find")}
        </Button>
      </div>
    </SubmitForm>
  );
}

function Found({ device, body }: { device: string; body: Fields }) {
  const { course, isLooking, error, further, stop } = useSearch(device, body);
  const since = told(course.oldest) ?? "";
  return (
    <section className="stack" aria-live="polite">
      {isLooking && <Progress label={t("audit.looking")} value={course.total - course.left} most={course.total} text={since && t("audit.back_to", { since })} />}
      {isLooking && (
        <div className="row">
          <Button onPress={stop}>{t("common.cancel")}</Button>
        </div>
      )}
      {error && <Failure error={error} />}
      {!isLooking && !error && <p>{since ? t(course.before ? "audit.found_since" : "audit.found_all", { n: course.requests.length, since }) : t("audit.log_empty")}</p>}
      {course.unreadable > 0 && <p>{t("audit.unreadable", { n: course.unreadable })}</p>}
      <Requests requests={course.requests} />
      {!isLooking && course.before && (
        <div className="row">
          <Button onPress={further} needs={maySearch(device)}>
            {t("audit.further")}
          </Button>
        </div>
      )}
    </section>
  );
}
