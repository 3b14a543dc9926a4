import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useMay } from "../../api/capabilities";
import { list, type Listing, write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useChange } from "../../api/hooks";
import { Anchor, Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { Removal } from "../../components/Removal";
import { Several } from "../../components/Several";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { When } from "../../components/When";
import { t } from "../../texts";
import { entityLink } from "./links";
import { nameIn, useEntityChoices } from "./names";
import { type Group, groupPath } from "./records";

/** Of an external group: which auth method has put the entity there, and when it last said so. */
interface Membership {
  mount_path?: string;
  refreshed_at?: string;
}

const STEP = 1000;

/** The entities of a group, so many at a time; some join and leave. */
export function Members({ group }: { group: Group }) {
  const path = `${groupPath(group.id)}/members`;
  const may = useMay(`list ${path}`);
  const choices = useEntityChoices();
  const names = useMemo(() => new Map(choices.map(({ id, label }) => [id, label])), [choices]);
  const found = useInfiniteQuery<Listing<Membership>, ApiError, Listing<Membership>[], unknown[], string>({
    queryKey: keyOf("LIST", path, { pages: STEP }),
    queryFn: ({ pageParam, signal }) => list<Membership>(path, { query: { limit: STEP, after: pageParam || undefined }, signal }),
    initialPageParam: "",
    getNextPageParam: ({ keys }) => (keys.length === STEP ? keys.at(-1) : undefined),
    select: ({ pages }) => pages,
    enabled: may === true,
  });
  const external = group.type === "external";
  if (may === false) return <FromGroup group={group} />;
  return (
    <>
      <p className="intro">{t(external ? "identity.members_external" : "identity.members_intro")}</p>
      {!external && <Join path={path} />}
      <Loaded of={found}>
        {(pages) => (
          <DataTable
            label={t("identity.members")}
            rows={pages.flatMap(({ keys, key_info }) => keys.map((id) => ({ id, name: names.get(id) ?? id, ...key_info[id] })))}
            idOf={({ id }) => id}
            textOf={({ id, name }) => `${name} ${id}`}
            columns={[
              { id: "name", title: t("identity.name"), order: ({ name }) => name, cell: ({ id, name }) => <Anchor to={entityLink(id)}>{name}</Anchor> },
              ...(external
                ? [
                    { id: "mount", title: t("identity.mount"), cell: ({ mount_path = "" }: Membership) => <span className="code">{mount_path}</span> },
                    { id: "refreshed", title: t("identity.refreshed"), cell: ({ refreshed_at }: Membership) => <When at={refreshed_at} /> },
                  ]
                : [{ id: "actions", title: t("identity.actions"), cell: ({ id, name }: { id: string; name: string }) => <Leave path={path} id={id} name={name} group={group.name} /> }]),
            ]}
            empty={<Empty title={t("identity.no_members")} />}
          />
        )}
      </Loaded>
      {found.hasNextPage && (
        <Button onPress={() => void found.fetchNextPage()} isPending={found.isFetchingNextPage}>
          {t("common.show_more")}
        </Button>
      )}
    </>
  );
}

/** The members that the group itself names, for who may read it and not list them. */
function FromGroup({ group }: { group: Group }) {
  const names = useEntityChoices();
  return (
    <DataTable
      label={t("identity.members")}
      rows={(group.member_entity_ids ?? []).map((id) => ({ id, name: nameIn(names, id) }))}
      idOf={({ id }) => id}
      textOf={({ id, name }) => `${name} ${id}`}
      columns={[{ id: "name", title: t("identity.name"), order: ({ name }) => name, cell: ({ id, name }) => <Anchor to={entityLink(id)}>{name}</Anchor> }]}
      empty={<Empty title={t("identity.no_members")} />}
    />
  );
}

function Join({ path }: { path: string }) {
  const [chosen, setChosen] = useState<string[]>([]);
  const choices = useEntityChoices();
  const may = useMay(`update ${path}`);
  const add = useChange(
    () => write(path, { add: chosen }),
    () => {
      toast(t("identity.joined", { n: chosen.length }));
      setChosen([]);
    },
  );
  if (!may) return null;
  return (
    <SubmitForm onSubmit={() => add.mutate(undefined)}>
      <Several label={t("identity.join")} description={t("identity.join_hint")} value={chosen} onChange={setChosen} choices={choices} />
      {add.error && <Failure error={add.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={add.isPending} isDisabled={chosen.length === 0} needs={`update ${path}`}>
          {t("identity.add_members")}
        </Button>
      </div>
    </SubmitForm>
  );
}

function Leave({ path, id, name, group }: { path: string; id: string; name: string; group: string }) {
  return (
    <Removal look="quiet" action={t("identity.take_out")} title={t("identity.take_out_title", { name, group })} needs={`update ${path}`} act={() => write(path, { remove: [id] })} done={() => toast(t("identity.taken_out", { name }))}>
      <p>{t("identity.take_out_text")}</p>
    </Removal>
  );
}
