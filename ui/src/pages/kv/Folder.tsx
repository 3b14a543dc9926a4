import { Folder as FolderIcon, KeyRound, Search as SearchIcon } from "lucide-react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { useInfiniteQuery } from "@tanstack/react-query";
import { list, type Listing } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";
import { nameOf } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { NameTable } from "../../components/NameTable";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { mountPath } from "../mounts/table";
import { crumbsOf } from "./crumbs";
import { Jump } from "./Jump";
import { configPath, editLink, folderLink, folderPath, needs, searchLink, secretLink, type Store, storeSettingsLink, useStore } from "./store";
import { Tree } from "./Tree";
import { Unlisted } from "./Unlisted";
import "./kv.css";

/** How many names one request asks for. */
const MOST = 5000;

/** The names in a folder of a store. */
export default function Folder() {
  const store = useStore();
  const folder = useParam("path");
  const isTree = useParam("view") === "tree";
  return (
    <Loaded of={store}>
      {(found) => (
        <>
          <Head store={found} folder={folder} />
          <ViewChoice store={found} folder={folder} isTree={isTree} />
          {isTree ? <Tree key={`${found.mount} ${folder}`} store={found} folder={folder} /> : <Names key={`${found.mount} ${folder}`} store={found} folder={folder} />}
        </>
      )}
    </Loaded>
  );
}

interface Props {
  store: Store;
  folder: string;
}

function Head({ store, folder }: Props) {
  return (
    <PageHead title={folder ? nameOf(folder) : store.mount} crumbs={crumbsOf(store, folder)} intro={store.type === "cubbyhole" ? t("kv.cubbyhole_about") : undefined}>
      <LinkButton to={editLink(store, "", folder)} look="primary" needs={needs(store, `${folder}new`).create}>
        {t("kv.create")}
      </LinkButton>
      {store.type !== "cubbyhole" && (
        <LinkButton to={searchLink({ mount: store.mount })} icon={<SearchIcon aria-hidden size={16} />} needs="update sys/search">
          {t("kv.search")}
        </LinkButton>
      )}
      {folder === "" && store.type !== "cubbyhole" && (
        <LinkButton to={storeSettingsLink(store)} needs={store.versioned ? `read ${configPath(store)}` : `read ${mountPath("secret", store.mount)}/tune`}>
          {t("kv.settings")}
        </LinkButton>
      )}
    </PageHead>
  );
}

function ViewChoice({ store, folder, isTree }: Props & { isTree: boolean }) {
  const navigate = useNavigate();
  return (
    <div className="version-bar">
      <Jump key={folder} store={store} folder={folder} />
      <ToggleButtonGroup className="row" aria-label={t("kv.view")} selectionMode="single" disallowEmptySelection selectedKeys={[isTree ? "tree" : "list"]} onSelectionChange={(keys) => navigate(folderLink(store, folder, keys.has("tree") ? "tree" : ""), { replace: true })}>
        {(["list", "tree"] as const).map((each) => (
          <ToggleButton key={each} id={each} className="button button-plain toggle">
            {t(`kv.view_${each}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}

/** The names of a folder, in pages of the API. */
function useNames(path: string) {
  const { interrupted } = useSession();
  return useInfiniteQuery<Listing<unknown>, ApiError, string[], unknown[], string>({
    queryKey: [...keyOf("LIST", path), "pages"],
    queryFn: ({ pageParam, signal }) => list(path, { query: { limit: MOST, after: pageParam || undefined }, signal }),
    initialPageParam: "",
    getNextPageParam: ({ keys }) => (keys.length < MOST ? undefined : keys.at(-1)),
    select: ({ pages }) => pages.flatMap(({ keys }) => keys),
    enabled: interrupted === null,
  });
}

function Names({ store, folder }: Props) {
  const names = useNames(folderPath(store, folder));
  const open = (name: string) => (name.endsWith("/") ? folderLink(store, folder + name) : secretLink(store, folder + name));
  if (names.error?.kind === "denied" && !names.data) return <Unlisted error={names.error} store={store} folder={folder} />;
  return (
    <Loaded of={names}>
      {(keys) => (
        <>
          <NameTable
            label={folder || store.mount}
            title={t("kv.name")}
            keys={keys}
            to={open}
            icon={(name) => (name.endsWith("/") ? <FolderIcon aria-hidden size={16} /> : <KeyRound aria-hidden size={16} />)}
            empty={<Empty title={t(folder ? "kv.empty_folder" : "kv.empty_store")} />}
          />
          {keys.length > 0 && <p className="description">{t(names.hasNextPage ? "kv.count_more" : "kv.count", { n: keys.length })}</p>}
          {names.error && <Failure error={names.error} />}
          {names.hasNextPage && (
            <Button onPress={() => void names.fetchNextPage()} isPending={names.isFetchingNextPage}>
              {t("kv.next_names")}
            </Button>
          )}
        </>
      )}
    </Loaded>
  );
}
