import { useState } from "react";
import { useRead } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { Anchor, Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Suggested, TextField } from "../../components/Field";
import { Empty, Loading } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import type { Mount } from "../secrets/Mounts";
import { type Asked, type Secret, useSearch } from "./searching";
import { isSearched, searchLink, secretLink } from "./store";
import "./kv.css";

/** Finds secrets by their names and custom metadata, over all mounts. */
export default function Search() {
  const asked: Asked = { text: useParam("text"), mount: useParam("mount"), name: useParam("name"), value: useParam("value") };
  return (
    <>
      <PageHead title={t("kv.search_title")} intro={t("kv.search_intro")} crumbs={[{ text: t("secrets.title"), to: "/secrets" }]} />
      <Form key={JSON.stringify(asked)} asked={asked} />
      {(asked.text !== "" || asked.name !== "") && <Found key={JSON.stringify(asked)} asked={asked} />}
    </>
  );
}

function Form({ asked }: { asked: Asked }) {
  const [wanted, setWanted] = useState(asked);
  const navigate = useNavigate();
  const mounts = useRead<{ secret: Record<string, Mount> }>("sys/internal/ui/mounts");
  const choices = Object.entries(mounts.data?.secret ?? {})
    .filter(([, mount]) => isSearched(mount))
    .map(([path, { description }]) => ({ id: path, label: path, description }));
  const set = (name: keyof Asked) => (text: string) => setWanted({ ...wanted, [name]: text });
  return (
    <SubmitForm onSubmit={() => navigate(searchLink({ ...wanted }))}>
      <div className="grid top">
        <TextField label={t("kv.search_text")} description={t("kv.search_text_hint")} value={wanted.text} onChange={set("text")} type="search" autoFocus />
        <Suggested label={t("kv.search_mount")} description={t("kv.search_mount_hint")} value={wanted.mount} onChange={set("mount")} choices={choices} />
        <TextField label={t("kv.search_name")} description={t("kv.search_name_hint")} value={wanted.name} onChange={set("name")} />
        <TextField label={t("kv.search_value")} description={t("kv.search_value_hint")} value={wanted.value} onChange={set("value")} />
      </div>
      <div className="row">
        <Button type="submit" look="primary" isDisabled={wanted.text === "" && wanted.name === ""} needs="update sys/search">
          {t("kv.search")}
        </Button>
      </div>
    </SubmitForm>
  );
}

function Found({ asked }: { asked: Asked }) {
  const { secrets, isComplete, isLooking, goOn, error } = useSearch(asked);
  const navigate = useNavigate();
  return (
    <>
      {secrets.length > 0 && (
        <DataTable
          label={t("kv.search_found")}
          rows={secrets}
          idOf={({ path }) => path}
          textOf={({ path }) => path}
          onOpen={({ mount, name }) => navigate(secretLink({ mount }, name))}
          columns={[
            { id: "name", title: t("kv.secret"), order: ({ path }) => path, cell: ({ mount, name }) => <Anchor to={secretLink({ mount }, name)}>{name}</Anchor> },
            { id: "mount", title: t("kv.search_mount"), order: ({ mount }) => mount, cell: ({ mount }) => <Anchor to={link("/secrets/kv", { mount })}>{mount}</Anchor> },
            { id: "custom", title: t("kv.custom"), secondary: true, cell: Custom },
          ]}
          empty={null}
        />
      )}
      {error && <Failure error={error} onRetry={goOn} />}
      {isLooking && <Loading />}
      {!error && !isLooking && secrets.length === 0 && <Empty title={t("kv.search_nothing")} />}
      {!error && !isLooking && secrets.length > 0 && <p className="description">{t(isComplete ? "kv.search_count" : "kv.search_count_more", { n: secrets.length })}</p>}
      {!isComplete && !isLooking && !error && <Button onPress={goOn}>{t("kv.search_go_on")}</Button>}
    </>
  );
}

function Custom({ custom_metadata: custom }: Secret) {
  return (
    <span className="row">
      {Object.entries(custom).map(([name, text]) => (
        <span key={name} className="badge">
          {name}: {text}
        </span>
      ))}
    </span>
  );
}
